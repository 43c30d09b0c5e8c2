// The hand's half of the mask editor: it shows ink at once and never waits for Python.
//
// Python owns the mask. Its picture and mask are the two layers of an ipycanvas MultiCanvas, at the
// picture's own size; here they are hosted, zoomed by CSS, and covered by a canvas for the ink that
// Python has not drawn yet. A finished stroke is one message with its points; Python draws it on
// the mask layer and acknowledges it, and only then does our copy go. So there is no frame without
// the stroke, and none with it twice as dark: mask and ink share one group that is made translucent.

const TOOLS = {
  brush: { key: "b", icon: "M4 20c4 0 4-4 7-4l8-10-3-2-8 9c-3 1-1 5-4 7z" },
  eraser: { key: "e", icon: "M4 15l9-9 6 6-7 7H7zM8 11l6 6" },
  rectangle: { key: "r", icon: "M4 6h16v12H4z" },
  ellipse: { key: "o", icon: "M12 5c5 0 9 3 9 7s-4 7-9 7-9-3-9-7 4-7 9-7z" },
  lasso: { key: "l", icon: "M5 14C1 8 8 3 14 4s9 6 5 10-11 4-12 1 3-3 3 0-2 4-4 5" },
  polygon: { key: "p", icon: "M4 9l9-5 7 7-4 9-10-2z" },
  fill: { key: "f", icon: "M5 12l7-7 7 7-7 7zM20 15c2 3 1 4 0 4s-2-1 0-4z" },
  wand: { key: "w", icon: "M4 20L14 10M17 4v4M15 6h4M20 11v3M18 12h4M10 3v3M9 4h3" },
};
const ACTIONS = {
  undo: { icon: "M9 7L4 12l5 5M4 12h10c8 0 7 7 3 7" },
  redo: { icon: "M15 7l5 5-5 5M20 12H10c-8 0-7 7-3 7" },
  grow: { icon: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3" },
  shrink: { icon: "M12 2v8M12 22v-8M9 7l3 3 3-3M9 17l3-3 3 3M3 12h4M17 12h4" },
  smooth: { icon: "M3 16c5 0 4-9 9-9s4 9 9 9" },
  invert: { icon: "M12 4a8 8 0 100 16zM12 4a8 8 0 010 16" },
  clear: { icon: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13" },
};
const FEWEST = { brush: 1, eraser: 1, lasso: 3, polygon: 3, rectangle: 2, ellipse: 2 };
const MAX_ZOOM = 8;
const BUSY_AFTER_MS = 2000;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

// ---- ink: a shape under way or not yet acknowledged, in image coordinates ---------------------

function tracePath(context, ink) {
  const points = ink.points;
  context.beginPath();
  if (ink.tool === "rectangle" || ink.tool === "ellipse") {
    const [x0, y0, x1, y1] = box(points);
    if (ink.tool === "rectangle") context.rect(x0, y0, x1 - x0, y1 - y0);
    else context.ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2, 0, 0, 7);
    return;
  }
  context.moveTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  if (points.length === 2) context.lineTo(points[0] + 0.01, points[1]);
}

function box(points) {
  const [x0, y0] = points;
  const [x1, y1] = points.slice(-2);
  return [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
}

function paintInk(context, ink, color) {
  context.globalCompositeOperation = ink.erase ? "destination-out" : "source-over";
  context.fillStyle = context.strokeStyle = color;
  tracePath(context, ink);
  if (ink.tool === "brush" || ink.tool === "eraser") {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 2 * ink.radius;
    context.stroke();
  } else {
    context.fill("evenodd"); // as Python does where an outline crosses itself
  }
  context.globalCompositeOperation = "source-over";
}

// ---- the stage: layers, zoom, ink and cursor ---------------------------------------------------

class Stage {
  constructor(model, width, height) {
    this.model = model;
    this.size = [width, height];
    this.view = { k: 1, x: 0, y: 0 };
    this.waiting = new Map();
    this.live = null;
    this.pointer = null;
    this.crosshair = null;
    this.frame = 0;
    this.hidden = false;
    this.onView = () => {};
    const layer = (name) => element("div", { className: `wanx-layer ${name}` });
    this.pictureLayer = layer("wanx-picture");
    this.maskLayer = layer("wanx-mask");
    this.ink = element("canvas", { className: "wanx-ink" });
    this.cursor = element("canvas", { className: "wanx-cursor" });
    this.group = element("div", { className: "wanx-group" }, this.maskLayer, this.ink);
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
    this.maskLayer.append(this.views[1].el);
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

  layOut() {
    const width = this.node.clientWidth;
    if (!width) return;
    const [w, h] = this.size;
    this.node.style.height = `${Math.round(clamp((width * h) / w, 240, 640))}px`;
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
    this.fitted = false;
    this.keepInSight();
    this.show();
  }

  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.fitted = false;
    this.keepInSight();
    this.show();
  }

  keepInSight() {
    const [w, h] = this.size.map((side) => side * this.view.k);
    const keep = 40;
    this.view.x = clamp(this.view.x, keep - w, this.node.clientWidth - keep);
    this.view.y = clamp(this.view.y, keep - h, this.node.clientHeight - keep);
  }

  toImage([x, y]) {
    return [(x - this.view.x) / this.view.k, (y - this.view.y) / this.view.k];
  }

  place(event) {
    const frame = this.node.getBoundingClientRect();
    return [event.clientX - frame.left - this.node.clientLeft, event.clientY - frame.top - this.node.clientTop];
  }

  show() {
    const { k, x, y } = this.view;
    for (const layer of [this.pictureLayer, this.maskLayer]) {
      layer.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
      layer.style.imageRendering = k >= 3 ? "pixelated" : "auto";
    }
    this.group.style.opacity = this.hidden ? 0 : this.model.get("opacity");
    this.onView();
    this.repaint();
  }

  repaint() {
    this.node.setAttribute("aria-busy", String(this.waiting.size > 0));
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  paint() {
    const dpr = this.ink.width / this.node.clientWidth || 1;
    const { k, x, y } = this.view;
    const inks = [...this.waiting.values()].map(({ ink }) => ink).filter((ink) => ink.points);
    if (this.live && this.live.points.length >= 2) inks.push(this.live);
    const context = this.ink.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.ink.width, this.ink.height);
    context.setTransform(k * dpr, 0, 0, k * dpr, x * dpr, y * dpr);
    // To show something rubbed out, the mask is drawn here and the layer below is hidden.
    const rubbed = inks.some((ink) => ink.erase);
    context.imageSmoothingEnabled = k < 3;
    if (rubbed && this.views) context.drawImage(this.views[1].el, 0, 0, ...this.size);
    this.maskLayer.style.visibility = rubbed ? "hidden" : "visible";
    for (const ink of inks) paintInk(context, ink, this.model.get("color"));
    this.paintCursor(dpr, k, x, y);
  }

  paintCursor(dpr, k, x, y) {
    const context = this.cursor.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.cursor.width, this.cursor.height);
    context.setTransform(k * dpr, 0, 0, k * dpr, x * dpr, y * dpr);
    const twice = (width) => {
      for (const [color, extra] of [["rgba(0,0,0,.7)", 2], ["white", 0]]) {
        context.strokeStyle = color;
        context.lineWidth = (width + extra) / k;
        context.stroke();
      }
    };
    if (this.live && !["brush", "eraser"].includes(this.live.tool)) {
      tracePath(context, this.live);
      context.setLineDash([5 / k, 4 / k]);
      twice(1);
      context.setLineDash([]);
    }
    const at = this.crosshair || this.pointer;
    if (!at) return;
    const tool = this.model.get("tool");
    context.beginPath();
    if (tool === "brush" || tool === "eraser") {
      context.arc(at[0], at[1], Math.max(this.model.get("radius"), 1 / k), 0, 7);
      twice(1);
      context.beginPath();
    }
    if (this.crosshair || (tool !== "brush" && tool !== "eraser")) {
      const reach = 9 / k;
      context.moveTo(at[0] - reach, at[1]);
      context.lineTo(at[0] + reach, at[1]);
      context.moveTo(at[0], at[1] - reach);
      context.lineTo(at[0], at[1] + reach);
      twice(1);
    }
  }
}

// ---- the editor ----------------------------------------------------------------------------------

async function render({ model, el }) {
  const abort = new AbortController();
  const listen = (node, type, handler, options = {}) =>
    node.addEventListener(type, handler, { signal: abort.signal, ...options });
  const text = (name) => model.get("texts")[name] ?? name;
  const stage = new Stage(model, ...model.get("size"));
  const viewId = Math.random().toString(36).slice(2, 10);
  let count = 0;

  // -- what is said below the picture: the most important thing only

  const words = { lost: "", busy: "", problem: "", note: "" };
  const status = element("span", { className: "wanx-status", role: "status", "aria-live": "polite" });

  function say(kind, sentence) {
    words[kind] = sentence;
    const said = words.lost || words.busy || words.problem || words.note;
    if (status.textContent !== said) status.textContent = said;
  }

  // -- messages

  const alive = () => stage.surface?.comm_live !== false;
  const tellLife = () => say("lost", alive() ? "" : text("lost"));

  function send(content, buffer) {
    const id = `${viewId}-${++count}`;
    try {
      if (!alive()) throw new Error("the kernel does not know this widget any more");
      model.send({ ...content, id }, undefined, buffer ? [buffer] : []);
    } catch {
      say("lost", text("lost"));
      return null;
    }
    return id;
  }

  function commit(ink) {
    const shape = ["brush", "eraser"].includes(ink.tool) ? "stroke" : ink.tool === "lasso" ? "polygon" : ink.tool;
    const points = shape === "rectangle" || shape === "ellipse" ? box(ink.points) : ink.points;
    const content = { kind: "draw", shape, erase: ink.erase, radius: ink.radius };
    const id = send(content, Float32Array.from(points).buffer);
    if (id) wait(id, ink);
  }

  function act(name, more = {}) {
    const id = send({ kind: "act", name, ...more });
    if (id) wait(id, {});
    return id;
  }

  // Another tolerance does the wand's last step again: one at a time, and always the last wish.
  let retuning = null;
  let wished = null;

  function retune(tolerance) {
    if (!model.get("state").wand) return;
    wished = tolerance;
    if (retuning) return;
    retuning = act("retune", { tolerance });
    wished = null;
  }

  function wait(id, ink) {
    stage.waiting.set(id, { ink, since: performance.now() });
    stage.repaint();
    setTimeout(tellBusy, BUSY_AFTER_MS + 50);
  }

  function tellBusy() {
    const waiting = [...stage.waiting.values()];
    const late = waiting.some(({ since }) => performance.now() - since > BUSY_AFTER_MS);
    say("busy", late ? text("busy").replace("{n}", waiting.length) : "");
  }

  async function onMessage(message) {
    if (message.kind !== "ack" || !stage.waiting.has(message.id)) return;
    if (message.id === retuning) {
      retuning = null;
      if (wished !== null) retune(wished);
    }
    await stage.drawn(); // our copy stays until Python's own drawing is on the screen
    stage.waiting.delete(message.id);
    stage.repaint();
    tellBusy();
  }

  // -- the pointer

  const touches = new Map();
  let tapped = null; // a finger's place, for tools that act on a point: it may become a pinch
  let pinch = null;
  let panning = null;
  let spaceHeld = false;

  const erasing = () => model.get("tool") === "eraser" || model.get("erase");

  function begin(at, pressure) {
    const tool = model.get("tool");
    const erase = erasing();
    if (tool === "fill") return act("fill", { point: at, erase });
    if (tool === "wand") return act("wand", { point: at, erase, tolerance: model.get("tolerance") });
    if (tool === "polygon") return addCorner(at);
    stage.live = { tool, erase, radius: reach(pressure), points: [...at], start: at };
  }

  function reach(pressure) {
    return model.get("radius") * (model.get("pressure") && pressure > 0 ? pressure * 2 : 1);
  }

  function extend(at, straight, pressure) {
    const live = stage.live;
    if (["rectangle", "ellipse"].includes(live.tool)) {
      live.points = [...live.start, ...(straight ? squared(live.start, at) : at)];
    } else if (straight && live.tool !== "lasso") {
      live.points = [...live.start, ...at];
    } else {
      live.points.push(...at);
    }
    if (model.get("pressure")) live.radius = Math.max(live.radius, reach(pressure));
  }

  function squared([x0, y0], [x, y]) {
    const side = Math.max(Math.abs(x - x0), Math.abs(y - y0));
    return [x0 + side * Math.sign(x - x0 || 1), y0 + side * Math.sign(y - y0 || 1)];
  }

  function finish() {
    const live = stage.live;
    stage.live = null;
    if (!live) return;
    const flat = ["rectangle", "ellipse"].includes(live.tool) && degenerate(live.points);
    if (live.points.length / 2 >= FEWEST[live.tool] && !flat) commit(live);
    stage.repaint();
  }

  const degenerate = (points) => {
    const [x0, y0, x1, y1] = box(points);
    return points.length < 4 || x1 - x0 < 0.5 || y1 - y0 < 0.5;
  };

  function addCorner(at) {
    const live = stage.live;
    if (!live) {
      stage.live = { tool: "polygon", erase: erasing(), radius: 0, points: [...at, ...at], corners: 1 };
      return;
    }
    const near = 8 / stage.view.k;
    const closes = Math.hypot(at[0] - live.points[0], at[1] - live.points[1]) < near;
    if (closes && live.corners >= 3) return closePolygon();
    live.points.splice(-2, 2, ...at, ...at);
    live.corners += 1;
  }

  function closePolygon() {
    const live = stage.live;
    if (!live || live.tool !== "polygon" || live.corners < 3) return;
    live.points.splice(-2, 2); // the corner that follows the pointer
    finish();
  }

  listen(stage.node, "pointerdown", (event) => {
    stage.node.focus({ preventScroll: true });
    stage.crosshair = null;
    if (event.pointerType === "touch") {
      touches.set(event.pointerId, stage.place(event));
      if (touches.size === 2) {
        // The second finger means: not a stroke. A polygon under way stays.
        if (stage.live && stage.live.tool !== "polygon") stage.live = null;
        tapped = null;
        pinch = gesture();
        stage.repaint();
        return;
      }
      if (touches.size > 2) return;
    }
    if (event.button === 1 || (event.button === 0 && spaceHeld)) {
      panning = { id: event.pointerId, at: stage.place(event) };
      stage.node.setPointerCapture(event.pointerId);
      event.preventDefault();
      return;
    }
    if (event.button !== 0 || (stage.live && stage.live.tool !== "polygon")) return;
    stage.node.setPointerCapture(event.pointerId);
    stage.pointer = stage.toImage(stage.place(event));
    const waits = event.pointerType === "touch" && ["fill", "wand", "polygon"].includes(model.get("tool"));
    if (waits) tapped = { id: event.pointerId };
    else begin(stage.pointer, event.pressure);
    if (stage.live) stage.live.id = event.pointerId;
    stage.repaint();
    event.preventDefault();
  });

  listen(stage.node, "pointermove", (event) => {
    const place = stage.place(event);
    if (touches.has(event.pointerId)) touches.set(event.pointerId, place);
    if (pinch) return movePinch();
    if (panning && panning.id === event.pointerId) {
      stage.pan(place[0] - panning.at[0], place[1] - panning.at[1]);
      panning.at = place;
      return;
    }
    stage.pointer = stage.toImage(place);
    const live = stage.live;
    if (live && live.tool === "polygon") live.points.splice(-2, 2, ...stage.pointer);
    else if (live && live.id === event.pointerId) {
      const parts = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const part of parts.length ? parts : [event]) {
        extend(stage.toImage(stage.place(part)), event.shiftKey, part.pressure);
      }
    }
    stage.repaint();
  });

  function release(event) {
    touches.delete(event.pointerId);
    if (event.pointerType === "touch") stage.pointer = null; // a finger that left shows no brush
    if (pinch) {
      if (!touches.size) pinch = null;
      else if (touches.size > 1) pinch = gesture();
      stage.repaint();
      return;
    }
    if (tapped && tapped.id === event.pointerId) {
      tapped = null;
      if (event.type === "pointerup") begin(stage.toImage(stage.place(event)), 0);
    }
    if (panning && panning.id === event.pointerId) panning = null;
    else if (stage.live && stage.live.id === event.pointerId && stage.live.tool !== "polygon") {
      if (event.type === "pointercancel") stage.live = null; // the system took the pointer away
      finish();
    }
    stage.repaint();
  }
  listen(stage.node, "pointerup", release);
  listen(stage.node, "pointercancel", release);
  listen(stage.node, "dblclick", () => closePolygon());
  listen(stage.node, "contextmenu", (event) => event.preventDefault());
  listen(stage.node, "pointerleave", () => {
    stage.pointer = null;
    stage.repaint();
  });

  function gesture() {
    const [[ax, ay], [bx, by]] = [...touches.values()];
    return { middle: [(ax + bx) / 2, (ay + by) / 2], span: Math.hypot(ax - bx, ay - by) || 1 };
  }

  function movePinch() {
    if (touches.size < 2) return;
    const now = gesture();
    stage.pan(now.middle[0] - pinch.middle[0], now.middle[1] - pinch.middle[1]);
    stage.zoom(now.span / pinch.span, now.middle);
    pinch = now;
  }

  listen(
    stage.node,
    "wheel",
    (event) => {
      // Without a modifier the wheel is the page's.
      if (event.ctrlKey || event.metaKey) {
        stage.zoom(Math.exp(-event.deltaY / 400), stage.place(event));
      } else if (event.altKey || event.shiftKey) {
        setRadius(model.get("radius") * Math.exp(-(event.deltaY || event.deltaX) / 600));
      } else return;
      event.preventDefault();
    },
    { passive: false },
  );

  // -- the keyboard

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // Keys work wherever the focus is in the editor, but a control keeps those that it needs itself.
  function needsIt(target, key) {
    if (target === stage.node || key === "Escape") return false;
    if (target.matches("input[type=checkbox], input[type=color], button, summary")) {
      return ["Enter", " "].includes(key);
    }
    if (target.matches("input[type=range]")) return key.length > 1;
    return target.matches("input, select");
  }

  listen(el, "keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (needsIt(event.target, key)) return;
    const here = event.target === stage.node;
    const tool = Object.keys(TOOLS).find((name) => TOOLS[name].key === key);
    if (command && key === "z") act(event.shiftKey ? "redo" : "undo");
    else if (command && key === "y") act("redo");
    else if (command || event.altKey) return;
    else if (here && key in ARROWS) moveCrosshair(ARROWS[key], event.shiftKey ? 10 : 1);
    else if (here && key === "Enter") stamp();
    else if (here && key === " ") spaceHeld = true;
    else if (key === "Escape") leave();
    else if (key === "[") setRadius(model.get("radius") / 1.15);
    else if (key === "]") setRadius(model.get("radius") * 1.15);
    else if (key === "+" || key === "=") stage.zoom(1.25);
    else if (key === "-") stage.zoom(0.8);
    else if (key === "0") stage.fit();
    else if (key === "i") act("invert");
    else if (key === "c") closePolygon();
    else if (key === "x") set("erase", !model.get("erase"));
    else if (key === "h") hide(true);
    else if (tool) set("tool", tool);
    else if (key.length > 1) return;
    event.preventDefault();
    event.stopPropagation(); // also of letters without meaning: d d would delete the cell
  });
  listen(el, "keyup", (event) => {
    if (event.key === " ") spaceHeld = false;
    if (event.key.toLowerCase() === "h") hide(false);
  });
  listen(el, "focusout", () => {
    spaceHeld = false;
    hide(false);
  });

  function moveCrosshair([dx, dy], times) {
    const step = Math.max(1, Math.round(times / stage.view.k));
    const [w, h] = stage.size;
    const [x, y] = stage.crosshair || stage.pointer || [w / 2, h / 2];
    stage.crosshair = [clamp(Math.round(x) + dx * step, 0, w), clamp(Math.round(y) + dy * step, 0, h)];
    const live = stage.live;
    if (live && live.tool === "lasso") live.points.push(...stage.crosshair);
    else if (live) live.points.splice(-2, 2, ...stage.crosshair);
    say("note", `x ${stage.crosshair[0]}, y ${stage.crosshair[1]}`);
    stage.repaint();
  }

  function stamp() {
    stage.crosshair = stage.crosshair || stage.pointer || stage.size.map((side) => side / 2);
    const at = stage.crosshair;
    if (stage.live && stage.live.tool !== "polygon") return finish();
    begin(at, 0);
    const live = stage.live;
    if (live && ["brush", "eraser"].includes(live.tool)) finish();
    else if (live && live.tool !== "polygon") live.points = [...at, ...at];
    stage.repaint();
  }

  function leave() {
    if (stage.live) stage.live = null;
    else {
      stage.crosshair = null;
      el.contains(document.activeElement) && document.activeElement.blur();
    }
    stage.repaint();
  }

  // -- controls

  function set(name, value) {
    model.set(name, value);
    model.save_changes();
  }

  function setRadius(value) {
    set("radius", Math.round(clamp(value, 0.5, Math.max(...stage.size) / 2) * 10) / 10);
  }

  function hide(hidden) {
    if (stage.hidden === hidden) return;
    stage.hidden = hidden;
    stage.show();
  }

  const facts = element("span", { className: "wanx-facts" });

  function button(name, path, onClick, key = "") {
    const title = key ? `${text(name)} (${key})` : text(name);
    const node = element(
      "button",
      { type: "button", className: "wanx-button", title, "aria-label": text(name), "data-name": name },
      icon(path),
    );
    listen(node, "click", (event) => {
      onClick();
      // Who clicks goes on with the hand: Space and Enter are the picture's then, not the button's.
      if (event.detail) stage.node.focus({ preventScroll: true });
    });
    return node;
  }

  const toolButtons = Object.entries(TOOLS).map(([name, { key, icon: path }]) =>
    button(name, path, () => set("tool", name), key),
  );
  const amount = element("input", {
    type: "number", min: 1, max: 200, value: 4, className: "wanx-number", title: text("amount"),
    "aria-label": text("amount"),
  });
  const signed = { grow: 1, shrink: -1, smooth: 1 };
  const actionButtons = Object.entries(ACTIONS).map(([name, { icon: path }]) =>
    button(name, path, () => {
      const pixels = clamp(Number(amount.value) || 1, 1, 200) * (signed[name] ?? 0);
      act(name === "shrink" ? "grow" : name, signed[name] ? { amount: pixels } : {});
    }),
  );
  const range = (name, low, high, step) => {
    const input = element("input", { type: "range", min: low, max: high, step, "aria-label": text(name) });
    listen(input, "input", () => set(name, Number(input.value)));
    return element("label", { className: "wanx-range", title: text(name) }, text(name), input);
  };
  const largest = Math.max(8, Math.round(Math.max(...stage.size) / 6));
  const radius = range("radius", 1, largest, 0.5);
  const opacity = range("opacity", 0.1, 1, 0.05);
  const tolerance = range("tolerance", 0, 120, 1);
  listen(tolerance, "input", (event) => retune(Number(event.target.value)));
  const color = element("input", { type: "color", className: "wanx-color", title: text("color"), "aria-label": text("color") });
  listen(color, "input", () => set("color", color.value));
  const check = (name) => {
    const input = element("input", { type: "checkbox", "data-name": name });
    listen(input, "change", () => set(name, input.checked));
    return element("label", { className: "wanx-range" }, input, text(name));
  };
  const checks = [check("erase"), check("pressure")];
  const file = element("input", { type: "file", accept: "image/*", hidden: true, tabIndex: -1 });
  listen(file, "change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    const id = send({ kind: "import" }, await chosen.arrayBuffer());
    if (id) wait(id, {});
  });
  const bring = button("import", "M12 3v11M8 10l4 4 4-4M4 15v5h16v-5", () => file.click());
  const peek = button("peek", "M2 12c5-8 15-8 20 0-5 8-15 8-20 0zM12 9a3 3 0 100 6 3 3 0 000-6z", () => {}, "h");
  listen(peek, "pointerdown", () => hide(true));
  for (const type of ["pointerup", "pointerleave", "blur"]) listen(peek, type, () => hide(false));
  listen(peek, "keydown", (event) => [" ", "Enter"].includes(event.key) && hide(true));
  listen(peek, "keyup", () => hide(false));
  const zoomButtons = [
    button("zoom_out", "M10 4a6 6 0 100 12 6 6 0 000-12zM15 15l5 5M7 10h6", () => stage.zoom(0.8), "-"),
    button("zoom_in", "M10 4a6 6 0 100 12 6 6 0 000-12zM15 15l5 5M7 10h6M10 7v6", () => stage.zoom(1.25), "+"),
    button("fit", "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", () => stage.fit(), "0"),
  ];

  function numericPanel() {
    const numbers = ["x", "y", "width", "height"].map((name) =>
      element("input", { type: "number", step: "any", placeholder: name, "aria-label": text(name), className: "wanx-number" }),
    );
    const corners = element("input", { type: "text", placeholder: "10,10 200,40 120,180", "aria-label": text("corners"), className: "wanx-corners" });
    const shape = element(
      "select",
      { "aria-label": text("shape") },
      ...["rectangle", "ellipse", "polygon"].map((name) => element("option", { value: name }, text(name))),
    );
    const adapt = () => {
      const polygon = shape.value === "polygon";
      corners.hidden = !polygon;
      for (const input of numbers) input.hidden = polygon;
    };
    listen(shape, "change", adapt);
    adapt();
    const apply = (rub) => {
      const [x, y, width, height] = numbers.map((input) => Number(input.value));
      const listed = corners.value.split(/[\s,;]+/).filter(Boolean).map(Number);
      const points = shape.value === "polygon" ? listed : [x, y, x + width, y + height];
      const sound = shape.value === "polygon"
        ? points.length >= 6 && points.length % 2 === 0 && points.every(Number.isFinite)
        : width > 0 && height > 0;
      say("problem", sound ? "" : text("numbers_wrong"));
      if (sound) commit({ tool: shape.value, erase: rub, radius: 0, points });
    };
    const plain = (name, rub) => {
      const node = element("button", { type: "button", className: "wanx-plain", "data-name": name }, text(name));
      listen(node, "click", () => apply(rub));
      return node;
    };
    return element(
      "details",
      { className: "wanx-numeric" },
      element("summary", {}, text("numeric")),
      element("div", { className: "wanx-row" }, shape, ...numbers, corners, plain("add", false), plain("subtract", true)),
    );
  }

  function tellView() {
    const state = model.get("state");
    const [w, h] = stage.size;
    facts.textContent = `${w}×${h} · ${Math.round(stage.view.k * 100)} % · ${text("area")} ${(state.area * 100).toFixed(1)} %`;
    actionButtons[0].disabled = !state.undo;
    actionButtons[1].disabled = !state.redo;
  }

  function tellState() {
    say("problem", model.get("state").problem);
    say("note", model.get("state").note);
    tellView();
  }

  function showSettings() {
    for (const node of toolButtons) {
      node.setAttribute("aria-pressed", String(node.dataset.name === model.get("tool")));
    }
    for (const [label, name] of [[radius, "radius"], [opacity, "opacity"], [tolerance, "tolerance"]]) {
      label.querySelector("input").value = model.get(name);
    }
    tolerance.hidden = model.get("tool") !== "wand";
    color.value = model.get("color");
    for (const label of checks) {
      const input = label.querySelector("input");
      input.checked = model.get(input.dataset.name);
    }
    if (stage.live && stage.live.tool !== model.get("tool")) stage.live = null;
    stage.show();
  }

  stage.onView = tellView;
  stage.node.setAttribute("role", "application");
  stage.node.setAttribute("aria-label", text("stage"));
  const bar = (...nodes) => element("div", { className: "wanx-row" }, ...nodes);
  el.classList.add("wanx-editor");
  el.append(
    bar(
      element("span", { className: "wanx-tools", role: "toolbar", "aria-label": text("tools") }, ...toolButtons),
      element("span", { className: "wanx-tools", role: "toolbar", "aria-label": text("actions") }, ...actionButtons, amount, text("pixels")),
      element("span", { className: "wanx-tools" }, ...zoomButtons, peek, bring, file),
    ),
    bar(radius, tolerance, opacity, color, ...checks),
    stage.node,
    bar(facts, status),
    numericPanel(),
  );

  await stage.host();
  const watcher = new ResizeObserver(() => stage.layOut());
  watcher.observe(stage.node);
  stage.layOut();
  showSettings();
  tellState();
  const settings =
    "change:tool change:radius change:opacity change:tolerance change:color change:erase change:pressure";
  model.on(settings, showSettings);
  model.on("change:state", tellState);
  model.on("msg:custom", onMessage);
  stage.surface.on("comm_live_update", tellLife);
  tellLife();

  return () => {
    abort.abort();
    watcher.disconnect();
    model.off(settings, showSettings);
    model.off("change:state", tellState);
    model.off("msg:custom", onMessage);
    stage.surface.off("comm_live_update", tellLife);
    for (const view of stage.views) view.remove();
  };
}

export default { render };
