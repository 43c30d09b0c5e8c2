// What is seen of the opened cell? Below the table, never over it: all that was asked, and came.

class SweepPanel {
  constructor({ model, album, text, send, table }) {
    Object.assign(this, { model, album, text, send, table, id: null, index: 0, known: new Map() });
    this.compare = new Compare(album);
    this.heading = element("strong", { className: "wanx-title", tabIndex: -1 });
    this.numbers = element("span", { className: "wanx-group" });
    this.why = element("p", { className: "wanx-blank" });
    this.list = element("dl", { className: "wanx-particulars" });
    this.status = element("span", { className: "wanx-status", role: "status", "aria-live": "polite" });
    this.fields = ["magic", "python"].map((name) => {
      const field = named(element("textarea", { readOnly: true, spellcheck: false, rows: 4, className: "wanx-source" }), name);
      field.dataset.name = name;
      return field;
    });
    this.arrows = [["previous_cell", ICONS.previous, -1], ["next_cell", ICONS.next, 1]].map(([name, path, step]) => {
      const node = signButton(name, path, () => this.go(step));
      node.dataset.step = step;
      return node;
    });
    const code = this.fields.map((field) => element(
      "div", { className: "wanx-code-part" },
      row(says(element("strong"), field.dataset.name), wordButton(`copy_${field.dataset.name}`, () => this.copy(field))),
      field,
    ));
    this.node = named(
      element(
        "section",
        { className: "wanx-viewer", hidden: true },
        element(
          "div", { className: "wanx-head" }, this.heading, element("span", { className: "wanx-spring" }),
          ...this.arrows, signButton("close", ICONS.close, () => this.close()),
        ),
        row(this.numbers),
        this.compare.node,
        this.why,
        this.list,
        element("div", { className: "wanx-code" }, ...code),
        this.status,
      ),
      "opened",
    );
  }

  open(id) {
    const opens = this.node.hidden;
    if (this.id !== id) Object.assign(this, { id, index: 0 });
    this.node.hidden = false;
    this.table.point(id);
    this.ask();
    this.show();
    if (opens) this.node.scrollIntoView({ block: "nearest" });
    this.heading.focus({ preventScroll: true });
  }

  close() {
    const { id } = this;
    if (id === null) return;
    this.id = null;
    this.node.hidden = true;
    this.table.point(null);
    this.table.focus(id);
  }

  go(step) {
    const id = this.table.next(this.id, step);
    if (id !== null) this.open(id);
  }

  ask() {
    this.send({ kind: "details", id: this.id });
  }

  // A cell that is open has gone on.
  update() {
    const letter = this.model.get("states")[this.id];
    if (this.id !== null && letter && this.known.get(this.id)?.state !== letter && this.asked !== `${this.id}${letter}`) {
      this.asked = `${this.id}${letter}`;
      this.ask();
    }
  }

  receive(message) {
    if (message.kind !== "details") return;
    this.known.set(message.id, message);
    if (message.id === this.id) this.show();
  }

  show() {
    if (this.id === null) return;
    const { text, model } = this;
    const told = this.known.get(this.id);
    const labels = told?.labels ?? this.table.labels(this.id) ?? [];
    this.heading.textContent = labels.join(" · ") || chosen(model, model.get("summary").function);
    for (const node of this.arrows) node.disabled = this.table.next(this.id, Number(node.dataset.step)) === null;
    if (!told) return this.compare.tellBusy(true);
    const sizes = told.sizes;
    this.compare.node.hidden = !sizes.length;
    this.why.hidden = sizes.length > 0;
    const state = text(`cell_${told.state.toLowerCase()}`);
    this.why.textContent = told.state.toLowerCase() === "s" ? text("missing")
      : told.error.length ? `${state}${text("colon")}${chosen(model, told.error)}` : state;
    showNumbers(this.numbers, sizes.length, this.index, text, (at) => this.look(at));
    this.showFacts(told, state);
    for (const field of this.fields) {
      field.value = told[field.dataset.name];
      field.rows = clamp(field.value.split("\n").length, 3, 12);
    }
    if (sizes.length) this.compare.show(this.sides(told));
    speak(this.node, text);
  }

  look(index) {
    this.index = index;
    this.show();
  }

  showFacts(told, state) {
    const { text, model } = this;
    const axes = model.get("axes").map(({ title }, at) => [chosen(model, title), told.labels[at]]);
    const scores = Object.entries(told.scores).map(([name, value]) => [name, scoreText(value)]);
    const settings = Object.entries(told.settings).map(([name, value]) => `${name} ${value}`).join(" · ");
    const price = told.kept ? text("kept") : told.preview ? `${text("free")} · ${text("preview")} (${text("preview_help")})`
      : told.cost ? text("cost").replace("{n}", told.cost.toFixed(2)) : "";
    const facts = [
      ...axes, ...scores, [text("no_score"), told.note], [text("prompt"), told.prompt], [text("seed"), told.seed],
      [text("settings"), settings], [text("state"), state], [text("price"), price],
      [text("took"), told.took === null ? "" : `${told.took.toFixed(1)} ${text("seconds")}`], [text("task"), told.task],
    ].filter(([, value]) => value !== "" && value !== null && value !== undefined);
    const shown = facts.filter(([name, value], at) => !facts.slice(0, at).some(([n, v]) => n === name && String(v) === String(value)));
    this.list.replaceChildren(...shown.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, String(value)))));
  }

  sides({ before, sizes }) {
    const { id, index, text } = this;
    const [width, height] = sizes[Math.min(index, sizes.length - 1)];
    const first = before ?? { width: 0, height: 0 };
    const sized = (name, w, h) => (w ? `${text(name)} · ${w}×${h}` : text(name));
    return [
      { id, index: -1, ...first, label: sized("before", first.width, first.height) },
      { id, index, width, height, label: sized("after", width, height) },
    ];
  }

  async copy(field) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      this.status.textContent = this.text("copied");
    } catch {
      field.focus();
      this.status.textContent = this.text("not_copied");
    }
  }

  key(event) {
    const { target, key } = event;
    if (key === "Escape") this.close();
    else if (target.matches("textarea, input, select")) return false;
    else if (this.compare.key(event)) return true;
    else if (key === "ArrowLeft") this.go(-1);
    else if (key === "ArrowRight") this.go(1);
    else return false;
    return true;
  }
}
