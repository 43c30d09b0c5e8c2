// Where is the picture? Python's two layers, our ink over them, and how they are zoomed and moved.
//
// Python owns what is drawn. Its picture and its drawing are the two layers of an ipycanvas
// MultiCanvas, at the picture's own size; here they are hosted, zoomed by CSS, and covered by a
// canvas for the ink that Python has not drawn yet. Drawing and ink share one group that is made
// translucent: where our copy of a stroke and Python's are both there, it is not darker.

const MAX_ZOOM = 8;

class Stage {
  constructor(model) {
    this.model = model;
    this.size = model.get("size");
    this.view = { k: 1, x: 0, y: 0 }; // page = picture * k + (x, y), in CSS pixels of the stage
    this.waiting = new Map(); // inks that were sent, until Python has drawn them
    this.live = null; // the ink under the hand
    this.pointer = null;
    this.crosshair = null; // the keyboard's pointer
    this.hidden = false;
    this.onView = () => {};
    this.frame = 0;
    const layer = (name) => element("div", { className: `wanx-layer ${name}` });
    this.pictureLayer = layer("wanx-picture");
    this.drawingLayer = layer("wanx-mask");
    this.ink = element("canvas", { className: "wanx-ink" });
    this.cursor = element("canvas", { className: "wanx-cursor" });
    this.group = element("div", { className: "wanx-group" }, this.drawingLayer, this.ink);
    this.node = element(
      "div",
      { className: "wanx-stage", tabIndex: 0 },
      this.pictureLayer,
      this.group,
      this.cursor,
    );
  }

  async host() {
    const manager = this.model.widget_manager;
    const name = this.model.get("surface"); // where a manager has not made it the model already
    const surface =
      typeof name === "string" ? await manager.get_model(name.replace("IPY_MODEL_", "")) : name;
    this.surface = surface;
    const layers = surface.get("_canvases");
    this.views = await Promise.all(layers.map((layer) => manager.create_view(layer, {})));
    this.pictureLayer.append(this.views[0].el);
    this.drawingLayer.append(this.views[1].el);
    for (const view of this.views) {
      view.el.tabIndex = -1;
      view.el.setAttribute("aria-hidden", "true");
      view.el.style.width = `${this.size[0]}px`;
      view.el.style.height = `${this.size[1]}px`;
    }
  }

  // Once ipycanvas has drawn all that it was sent; where it does not tell, the next frames do.
  async drawn() {
    await Promise.resolve(this.surface?.get("_canvases")?.[1]?.get("_canvas_manager")?.currentProcessing)
      .catch(() => {});
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }

  // -- zoom and pan

  layOut() {
    const width = this.node.clientWidth;
    if (!width) return;
    const [w, h] = this.size;
    this.node.style.height = `${Math.round(clamp((width * h) / w, 240, clamp(highest(), 240, 640)))}px`;
    const dpr = window.devicePixelRatio || 1;
    for (const canvas of [this.ink, this.cursor]) {
      canvas.width = Math.round(width * dpr);
      canvas.height = Math.round(this.node.clientHeight * dpr);
    }
    if (this.fitted !== false) this.fit();
    else this.show();
  }

  fitScale() {
    return Math.min(this.node.clientWidth / this.size[0], this.node.clientHeight / this.size[1]);
  }

  fit() {
    const k = this.fitScale();
    this.view = {
      k,
      x: (this.node.clientWidth - this.size[0] * k) / 2,
      y: (this.node.clientHeight - this.size[1] * k) / 2,
    };
    this.fitted = true;
    this.show();
  }

  zoom(factor, at = [this.node.clientWidth / 2, this.node.clientHeight / 2]) {
    const k = clamp(this.view.k * factor, Math.min(1, this.fitScale()) / 2, MAX_ZOOM);
    const [x, y] = this.toImage(at);
    this.view = { k, x: at[0] - x * k, y: at[1] - y * k };
    this.moved();
  }

  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.moved();
  }

  moved() {
    const [w, h] = this.size.map((side) => side * this.view.k);
    const keep = 40; // so much of the picture stays in sight
    this.view.x = clamp(this.view.x, keep - w, this.node.clientWidth - keep);
    this.view.y = clamp(this.view.y, keep - h, this.node.clientHeight - keep);
    this.fitted = false;
    this.show();
  }

  toImage([x, y]) {
    return [(x - this.view.x) / this.view.k, (y - this.view.y) / this.view.k];
  }

  place(event) {
    return placeIn(this.node, event);
  }

  // -- what is seen

  show() {
    const { k, x, y } = this.view;
    for (const layer of [this.pictureLayer, this.drawingLayer]) {
      layer.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
      layer.style.imageRendering = k >= 3 ? "pixelated" : "auto";
    }
    this.group.style.opacity = this.hidden ? 0 : this.model.get("opacity");
    this.onView();
    this.repaint();
  }

  hide(hidden) {
    if (this.hidden === hidden) return;
    this.hidden = hidden;
    this.show();
  }

  repaint() {
    const busy = String(this.waiting.size > 0);
    if (this.node.getAttribute("aria-busy") !== busy) this.node.setAttribute("aria-busy", busy);
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      paintInks(this);
      paintCursor(this);
    });
  }
}
