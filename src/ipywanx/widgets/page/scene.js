// Where do two pictures lie, so that they compare? All in pixels of one scene.
//
// Of one shape: both fill it, whatever their resolution. Where one shows more than the other (an
// expanded picture), the smaller lies where it came from. Else both at one scale, centre on centre.

const SAME_SHAPE = 0.02;

function sceneOf(one, other) {
  if (!one.width || !other.width) return sceneOf(one.width ? one : other, one.width ? one : other);
  if (one.place) {
    const { width, height } = other;
    const [x, y, w, h] = one.place;
    const inside = [x * width, y * height, w * width, h * height];
    return { width, height, rects: [inside, [0, 0, width, height]] };
  }
  const shapes = [one.width / one.height, other.width / other.height];
  const width = Math.max(one.width, other.width);
  const height = Math.max(one.height, other.height);
  if (Math.abs(shapes[0] / shapes[1] - 1) < SAME_SHAPE) {
    return { width, height, rects: [[0, 0, width, height], [0, 0, width, height]] };
  }
  const centred = ({ width: w, height: h }) => [(width - w) / 2, (height - h) / 2, w, h];
  return { width, height, rects: [centred(one), centred(other)] };
}

// What both panes show of the scene: how large, and which point of it in the middle.
class Sight {
  constructor() {
    this.fit();
  }

  fit() {
    Object.assign(this, { k: 1, x: 0.5, y: 0.5 });
  }

  // Zoom, keeping what is under a place of the pane where it is; places from its middle, in panes.
  zoom(factor, frame, at = [0, 0]) {
    const k = clamp(this.k * factor, 1, 16);
    const [w, h] = this.extent(frame);
    this.x += (at[0] * (1 / this.k - 1 / k)) / w;
    this.y += (at[1] * (1 / this.k - 1 / k)) / h;
    this.k = k;
    this.stay(frame);
  }

  pan(dx, dy, frame) {
    const [w, h] = this.extent(frame);
    this.x -= dx / (w * this.k);
    this.y -= dy / (h * this.k);
    this.stay(frame);
  }

  // The scene's size on the page where it just fits.
  extent({ width, height, scene }) {
    const scale = Math.min(width / scene.width, height / scene.height);
    return [scene.width * scale, scene.height * scale];
  }

  stay(frame) {
    const [w, h] = this.extent(frame);
    const margin = (size, pane) => Math.min(0.5, pane / (2 * size * this.k));
    const [mx, my] = [margin(w, frame.width), margin(h, frame.height)];
    this.x = clamp(this.x, mx, 1 - mx);
    this.y = clamp(this.y, my, 1 - my);
  }
}
