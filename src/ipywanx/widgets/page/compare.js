// How are two pictures seen together? Under a slider, side by side, or in turn; zoomed in step.

const MODES = ["slider", "side", "toggle"];
const FULL_SIDE = 2048;
const HOLD_MS = 350;

class Compare {
  constructor(album) {
    Object.assign(this, { album, sight: new Sight(), mode: "slider", flipped: false });
    this.panes = ["before", "after"].map((name) => {
      const image = element("img", { alt: "", draggable: false, hidden: true });
      const label = element("span", { className: "wanx-label" });
      const note = says(element("span", { className: "wanx-note", hidden: true }), "missing");
      const sheet = element("div", { className: "wanx-sheet" }, image);
      const node = element("div", { className: `wanx-pane wanx-${name}` }, sheet, label, note);
      return { node, image, label, note, sheet };
    });
    this.divider = element("div", { className: "wanx-divider" });
    this.absent = says(element("span", { className: "wanx-note wanx-absent", hidden: true }), "no_before");
    const [before, after] = this.panes;
    const inside = [after.node, before.node, this.divider, this.absent];
    this.stage = named(element("div", { className: "wanx-compare", tabIndex: 0, role: "group" }, ...inside), "stage");
    this.range = named(element("input", { type: "range", min: 0, max: 100, step: 1, value: 50 }), "divider");
    this.range.addEventListener("input", () => this.draw());
    this.modes = MODES.map((name) => wordButton(name, () => this.use(name)));
    this.flip = wordButton("flip", () => {});
    this.flip.className += " wanx-flip";
    this.percent = element("output", { className: "wanx-percent" });
    const zooms = [["zoom_out", 0.8], ["zoom_in", 1.25], ["fit", 0]].map(([name, factor]) =>
      signButton(name, ICONS[name], () => this.zoom(factor)),
    );
    const group = (name, ...nodes) =>
      named(element("span", { className: "wanx-group", role: "group" }, ...nodes), name);
    this.bar = row(group("modes", ...this.modes), group("zoom", ...zooms, this.percent));
    this.under = element("div", { className: "wanx-under" }, this.range, this.flip);
    this.node = element("div", {}, this.bar, this.stage, this.under);
    this.listen();
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.stage);
  }

  // Two of { id, index, width, height, place, label }; their pictures follow. Where the first has no
  // size, the second is seen alone.
  show(sides) {
    const pair = JSON.stringify(sides.map(({ id, index }) => [id, index]));
    if (pair !== this.pair) this.sight.fit();
    this.pair = pair;
    this.sides = sides;
    this.scene = sceneOf(...sides);
    this.alone = !sides[0].width;
    sides.forEach(({ id, index, width, label }, at) => {
      const pane = this.panes[at];
      pane.label.textContent = label;
      pane.image.alt = label;
      const wanted = `${id}/${index}`;
      if (pane.wanted === wanted) return;
      pane.wanted = wanted;
      pane.note.hidden = true;
      pane.image.hidden = true;
      pane.waits = Boolean(width);
      if (width) this.fill(pane, id, index);
    });
    this.tellBusy();
    this.draw();
  }

  async fill(pane, id, index) {
    const { wanted } = pane;
    const url = await this.album.get(id, index, FULL_SIDE);
    if (pane.wanted !== wanted) return;
    if (url) pane.image.src = url;
    pane.image.hidden = !url;
    pane.note.hidden = Boolean(url);
    pane.waits = false;
    this.tellBusy();
  }

  tellBusy(busy = this.panes.some(({ waits }) => waits)) {
    this.stage.setAttribute("aria-busy", String(busy));
  }

  use(mode) {
    Object.assign(this, { mode, flipped: false });
    this.draw();
  }

  seen() {
    return this.alone ? "toggle" : this.mode;
  }

  frame() {
    const { clientWidth, clientHeight } = this.stage;
    const width = this.seen() === "side" ? (clientWidth - 4) / 2 : clientWidth;
    return { width, height: clientHeight, scene: this.scene };
  }

  draw() {
    if (!this.scene || !this.stage.clientWidth) return;
    const { sight } = this;
    const mode = this.seen();
    const frame = this.frame();
    sight.stay(frame);
    const [w, h] = sight.extent(frame).map((size) => size * sight.k);
    const unit = w / this.scene.width;
    this.panes.forEach(({ sheet, image }, at) => {
      sheet.style.transform = `translate(${frame.width / 2 - sight.x * w}px, ${frame.height / 2 - sight.y * h}px)`;
      const [x, y, width, height] = this.scene.rects[at].map((size) => size * unit);
      Object.assign(image.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    });
    const part = Number(this.range.value);
    this.stage.dataset.mode = mode;
    const clips = [`inset(0 ${100 - part}% 0 0)`, `inset(0 0 0 ${part}%)`];
    this.panes.forEach(({ node }, at) => (node.style.clipPath = mode === "slider" ? clips[at] : ""));
    this.divider.style.left = `${part}%`;
    this.panes[0].node.hidden = mode === "toggle" && (this.alone || !this.flipped);
    this.panes[1].node.hidden = mode === "toggle" && !this.alone && this.flipped;
    this.range.hidden = mode !== "slider";
    this.flip.hidden = mode !== "toggle" || this.alone;
    this.absent.hidden = !this.alone;
    this.flip.setAttribute("aria-pressed", String(this.flipped));
    for (const node of this.modes) {
      node.setAttribute("aria-pressed", String(node.dataset.name === this.mode));
      node.disabled = this.alone;
    }
    this.percent.textContent = `${Math.round(sight.k * 100)} %`;
  }

  zoom(factor, at) {
    if (factor) this.sight.zoom(factor, this.frame(), at);
    else this.sight.fit();
    this.draw();
  }

  listen() {
    const { stage, flip } = this;
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
      event.preventDefault();
      this.zoom(Math.exp(-clamp(event.deltaY, -100, 100) / 250), this.place(event));
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const divides = this.seen() === "slider" && event.target === this.divider;
      stage.setPointerCapture(event.pointerId);
      this.drag = { divides, at: placeIn(stage, event) };
    });
    stage.addEventListener("pointermove", (event) => {
      const { drag } = this;
      if (!drag) return;
      const at = placeIn(stage, event);
      if (drag.divides) this.range.value = (at[0] / stage.clientWidth) * 100;
      else this.sight.pan(at[0] - drag.at[0], at[1] - drag.at[1], this.frame());
      drag.at = at;
      this.draw();
    });
    for (const type of ["pointerup", "pointercancel"]) stage.addEventListener(type, () => (this.drag = null));
    const turn = (flipped) => {
      this.flipped = flipped;
      this.draw();
    };
    let since = 0;
    flip.addEventListener("pointerdown", () => {
      since = performance.now();
      turn(!this.flipped);
    });
    flip.addEventListener("click", (event) => {
      const pressed = event.detail === 0; // by a key: there was no pointer
      if (pressed || performance.now() - since > HOLD_MS) turn(!this.flipped);
    });
  }

  // From the middle of the pane that is pointed at, in pixels of the page.
  place(event) {
    const { clientWidth } = this.stage;
    const { width, height } = this.frame();
    let [x, y] = placeIn(this.stage, event);
    if (this.seen() === "side" && x > clientWidth / 2) x -= clientWidth - width;
    return [x - width / 2, y - height / 2];
  }

  key(event) {
    const ways = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.zoom(0);
    else if (event.target === this.stage && this.sight.k > 1 && event.key in ways) {
      this.sight.pan(...ways[event.key], this.frame());
      this.draw();
    } else return false;
    return true;
  }
}
