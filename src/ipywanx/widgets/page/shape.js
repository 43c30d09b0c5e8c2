// What is being drawn? The shape under the hand, from its first point to its last.

const FEWEST_POINTS = { brush: 1, eraser: 1, lasso: 3, polygon: 3, rectangle: 2, ellipse: 2 };

class Shape {
  constructor(model, stage, post) {
    Object.assign(this, { model, stage, post });
  }

  // A tool's ink with the settings of this moment. On paper the eraser paints in the paper's colour.
  ink(tool, points, rub = tool === "eraser" || this.model.get("erase")) {
    const { model } = this;
    const paper = model.get("paper");
    const color = rub && paper ? paper : model.get("color");
    return { tool, erase: rub && !paper, color, radius: model.get("radius"), points };
  }

  begin(at, pressure) {
    const { model, post } = this;
    const tool = model.get("tool");
    const { erase, color } = this.ink(tool, []);
    if (tool === "fill") post.act("fill", { point: at, erase, color });
    else if (tool === "wand") post.act("wand", { point: at, erase, tolerance: model.get("tolerance") });
    else if (tool === "polygon") this.addCorner(at);
    else {
      const live = { ...this.ink(tool, [...at]), start: at };
      if (isBrush(tool) && model.get("pressure")) live.radii = [this.pressed(pressure)];
      this.stage.live = live;
    }
  }

  // The radius under a pen; a mouse has no pressure, or half of it: the brush's own size.
  pressed(pressure) {
    return this.model.get("radius") * (pressure > 0 ? pressure * 2 : 1);
  }

  extend(at, straight, pressure) {
    const live = this.stage.live;
    if (isBox(live.tool)) {
      live.points = [...live.start, ...(straight ? squared(live.start, at) : at)];
    } else if (straight && live.tool !== "lasso") {
      live.points = [...live.start, ...at];
      if (live.radii) live.radii = [live.radii[0], this.pressed(pressure)];
    } else {
      live.points.push(...at);
      if (live.radii) live.radii.push(this.pressed(pressure));
    }
  }

  finish() {
    const live = this.stage.live;
    this.stage.live = null;
    if (!live) return;
    const flat = isBox(live.tool) && isFlat(live.points);
    if (live.points.length / 2 >= FEWEST_POINTS[live.tool] && !flat) this.post.draw(live);
    this.stage.repaint();
  }

  // -- a polygon: its last point follows the pointer until it is a corner

  addCorner(at) {
    const live = this.stage.live;
    if (!live) {
      this.stage.live = { ...this.ink("polygon", [...at, ...at]), corners: 1 };
      return;
    }
    const near = 8 / this.stage.view.k;
    const closes = Math.hypot(at[0] - live.points[0], at[1] - live.points[1]) < near;
    if (closes && live.corners >= 3) {
      this.closePolygon();
      return;
    }
    live.points.splice(-2, 2, ...at, ...at);
    live.corners += 1;
  }

  closePolygon() {
    const live = this.stage.live;
    if (!live || live.tool !== "polygon" || live.corners < 3) return;
    live.points.splice(-2, 2);
    this.finish();
  }
}

function squared([x0, y0], [x, y]) {
  const side = Math.max(Math.abs(x - x0), Math.abs(y - y0));
  return [x0 + side * Math.sign(x - x0 || 1), y0 + side * Math.sign(y - y0 || 1)];
}

function isFlat(points) {
  const [x0, y0, x1, y1] = boxAround(points);
  return points.length < 4 || x1 - x0 < 0.5 || y1 - y0 < 0.5;
}
