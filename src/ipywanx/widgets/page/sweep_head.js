// How far is it, what does it cost, and how is it held? Told in a line; aloud only now and then.

class SweepHead {
  constructor({ model, text, send, set, leave }) {
    Object.assign(this, { model, text, send, leave, spoken: "" });
    this.title = element("strong", { className: "wanx-title" });
    this.plan = element("span", { className: "wanx-facts" });
    this.buttons = ["start", "stop", "retry"].map((name) => {
      const node = element("button", { type: "button", className: "wanx-plain" });
      node.dataset.name = name;
      node.addEventListener("click", () => {
        node.disabled = true; // until it is told what came of it
        send({ kind: name });
      });
      return node;
    });
    this.bar = named(element("progress", { max: 1, value: 0 }), "progress");
    this.line = element("span", { className: "wanx-count" });
    this.aloud = element("span", { className: "wanx-aloud", role: "status", "aria-live": "polite" });
    this.trouble = element("p", { className: "wanx-trouble", role: "alert", hidden: true });
    this.note = element("p", { className: "wanx-note-line", hidden: true });

    this.size = named(element("input", { type: "range", min: 96, max: 384, step: 16 }), "size");
    this.size.addEventListener("input", () => set("side", Number(this.size.value)));
    this.order = named(element("select"), "order");
    this.order.addEventListener("change", () => set("order_by", this.order.value));
    this.ascending = element("input", { type: "checkbox" });
    this.ascending.addEventListener("change", () => set("ascending", this.ascending.checked));
    const field = (name, node) => element("label", { className: "wanx-field" }, says(element("span"), name), node);
    this.turn = element("label", { className: "wanx-field" }, this.ascending, says(element("span"), "ascending"));
    this.ordering = element("span", { className: "wanx-group" }, field("order", this.order), this.turn);
    const held = element("span", { className: "wanx-held" }, ...this.buttons, this.bar, this.line);
    this.node = element(
      "div",
      { className: "wanx-sweep-head" },
      row(this.title, this.plan),
      row(held, this.aloud),
      this.trouble,
      row(field("size", this.size), this.ordering),
      this.note,
    );
  }

  count(name, n) {
    const { text } = this;
    const own = `${name}_${n}`;
    return text(own in this.model.get("texts") ? own : name).replace("{n}", n);
  }

  clock(seconds) {
    const { text } = this;
    if (seconds < 60) return `${seconds} ${text("seconds")}`;
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} ${text("minutes")}`;
  }

  price(yuan) {
    return yuan ? this.text("cost").replace("{n}", yuan.toFixed(2)) : this.text("free");
  }

  show() {
    const { text, model } = this;
    const [plan, now] = [model.get("summary"), model.get("progress")];
    const number = (name, n) => (n ? text(name).replace("{n}", n) : "");
    const axes = model.get("axes").map(({ title, count }) => `${chosen(model, title)} ${count}`);
    this.title.textContent = [chosen(model, plan.function), axes.join(" × ")].filter(Boolean).join(" · ");
    this.plan.textContent = [
      this.count("requests", now.all),
      now.ended ? "" : this.count("to_make", plan.pictures),
      now.ended ? now.cost ? text("spent").replace("{n}", now.cost.toFixed(2)) : text("free") : this.price(plan.price),
      now.started || !plan.seconds ? "" : text("takes").replace("{n}", this.clock(plan.seconds)),
      number("there_before", now.kept),
    ].filter(Boolean).join(" · ");
    const told = [
      text(now.over === now.all ? "done" : "of").replaceAll("{all}", now.all).replace("{n}", now.over),
      number("n_running", now.running), number("n_failed", now.failed), number("n_stopped", now.stopped),
      now.left === null ? "" : text("left").replace("{n}", this.clock(now.left)),
    ].filter(Boolean).join(text("comma"));
    this.line.textContent = now.started ? told : text("held");
    this.bar.value = now.over / now.all;
    this.bar.hidden = !now.started;
    this.trouble.textContent = now.trouble.length ? chosen(model, now.trouble) : "";
    this.trouble.hidden = !now.trouble.length;
    this.showButtons(plan, now);
    this.say(now, told);
  }

  showButtons(plan, now) {
    const { text } = this;
    const [start, stop, retry] = this.buttons;
    const lost = now.failed + now.stopped;
    start.textContent = `${this.count("make", plan.pictures)} · ${this.price(plan.price)}`;
    stop.textContent = text("stop");
    stop.title = text("stop_help");
    retry.textContent = text(now.failed ? "again" : "again_stopped").replace("{n}", lost);
    const hidden = [now.started, !now.started || now.ended, !now.started || !lost];
    const focused = this.buttons.indexOf(document.activeElement);
    const before = this.state;
    this.state = JSON.stringify([now.started, now.ended, now.waiting > 0, lost, now.trouble]);
    this.buttons.forEach((node, at) => {
      node.hidden = hidden[at];
      if (before !== this.state) node.disabled = false;
    });
    stop.disabled ||= !now.waiting; // what runs cannot be stopped
    if (focused >= 0 && hidden[focused]) (this.buttons.find((node) => !node.hidden && !node.disabled) ?? this.leave()).focus();
  }

  // Each quarter, and each end: not each tick.
  say(now, told) {
    const step = [now.started, now.ended, Math.floor((4 * now.over) / now.all), now.failed > 0].join();
    if (this.spoken && this.spoken !== step) this.aloud.textContent = told;
    this.spoken = step;
  }

  showControls() {
    const { text, model } = this;
    const columns = model.get("columns");
    const by = model.get("order_by");
    this.size.value = model.get("side");
    this.ordering.hidden = !columns.length;
    const names = ["", ...columns];
    const options = names.map((name) => element("option", { value: name }, name || text("as_planned")));
    this.order.replaceChildren(...options);
    this.order.value = by;
    this.turn.hidden = !by;
    this.ascending.checked = model.get("ascending");
    const { all } = model.get("progress");
    const { most } = model.get("summary");
    const n = model.get("order").length;
    const ordered = n === most ? "best" : n < all ? "scored" : "";
    const said = by ? ordered && text(ordered).replace("{n}", n)
      : all > most ? text("most").replace("{all}", all).replace("{n}", most) : "";
    this.note.textContent = said;
    this.note.hidden = !said;
  }
}
