// What is seen of the opened result? Below the cards, never over them, and nothing is trapped.

const BEFORE = -1;

class Viewer {
  constructor({ model, album, text, title, send, wall }) {
    Object.assign(this, { model, album, text, title, send, wall, index: 0, other: null });
    this.compare = new Compare(album);
    this.actions = new Actions({
      model, send, text, looked: () => ({ id: this.id, index: this.index }), compare: () => this.choose(true),
    });
    this.heading = element("strong", { className: "wanx-title", tabIndex: -1 });
    this.prompt = element("span", { className: "wanx-prompt" });
    this.facts = element("span", { className: "wanx-facts" });
    this.notices = element("ul", { className: "wanx-notices", hidden: true });
    this.numbers = element("span", { className: "wanx-group" });
    this.back = wordButton("uncompare", () => this.versus(null));
    this.hint = says(element("p", { className: "wanx-hint", role: "status", hidden: true }), "choose");
    const arrows = [["previous", -1], ["next", 1]].map(([name, step]) => {
      const node = signButton(name, ICONS[name], () => this.go(step));
      node.dataset.step = step;
      return node;
    });
    this.arrows = arrows;
    const close = signButton("close", ICONS.close, () => this.close());
    this.node = named(
      element(
        "section",
        { className: "wanx-viewer", hidden: true },
        element("div", { className: "wanx-head" }, this.heading, element("span", { className: "wanx-spring" }), ...arrows, close),
        element("div", { className: "wanx-about" }, this.prompt, this.facts),
        this.notices,
        this.hint,
        row(this.numbers, this.back),
        this.compare.node,
        this.actions.node,
      ),
      "viewer",
    );
    this.details = new Map();
  }

  card(id = this.id) {
    return this.model.get("cards").find((card) => card.id === id);
  }

  // A card was chosen: to be looked at, or to be compared with.
  open(id, { focus = true, scroll = false } = {}) {
    if (this.choosing && this.id !== id) return this.versus(id);
    this.choose(false);
    if (this.id !== id) Object.assign(this, { index: 0, other: null });
    this.id = id;
    const opens = this.node.hidden;
    if (opens) this.wall.hold(true);
    this.node.hidden = false;
    this.actions.showHost();
    this.show();
    this.ask(id);
    this.wall.point(id);
    if (opens || scroll) this.node.scrollIntoView({ block: "nearest" });
    this.follows = scroll;
    this.follow();
    if (focus) this.heading.focus({ preventScroll: true });
  }

  // In a low window the picture comes first; once more when the details have made room for themselves.
  follow() {
    if (this.follows) this.compare.stage.scrollIntoView({ block: "nearest" });
    if (this.details.has(this.id)) this.follows = false;
  }

  close() {
    const { id } = this;
    if (!id) return;
    Object.assign(this, { id: null, other: null });
    this.choose(false);
    this.node.hidden = true;
    this.wall.hold(false);
    this.wall.point(null);
    this.wall.focus(id);
  }

  go(step) {
    const id = this.wall.next(this.id, step);
    if (id) this.open(id);
  }

  choose(choosing) {
    this.choosing = choosing;
    this.hint.hidden = !choosing;
    this.wall.node.classList.toggle("wanx-choosing", choosing);
    if (choosing) this.wall.focus(this.id);
  }

  versus(id) {
    this.choose(false);
    this.other = id;
    if (id) this.ask(id);
    this.show();
    this.heading.focus({ preventScroll: true });
  }

  ask(id) {
    if (!this.details.has(id)) this.send({ kind: "details", id });
  }

  receive(message, buffers) {
    if (message.kind === "details") {
      this.details.set(message.id, message);
      if ([this.id, this.other].includes(message.id)) this.show();
      if (this.id === message.id) this.follow();
    }
    this.actions.receive(message, buffers);
  }

  show() {
    const card = this.id && this.card();
    if (!card) return this.id ? this.close() : undefined;
    const { text } = this;
    const details = this.details.get(card.id);
    this.heading.textContent = this.title(card.function);
    this.prompt.textContent = card.prompt.trim() || text("no_prompt");
    const settings = Object.entries({ ...details?.settings, ...(card.seed === null ? {} : { seed: card.seed }) });
    this.facts.textContent = [
      card.preview ? `${text("preview")} (${text("preview_help")})` : text("cost").replace("{n}", card.cost.toFixed(2)),
      new Date(card.asked).toLocaleString(this.model.get("language") === "zh" ? "zh-CN" : "en"),
      ...settings.map(([name, value]) => `${name} ${value}`),
      card.task,
    ].filter(Boolean).join(" · ");
    this.notices.replaceChildren(...card.notices.map((notice) => element("li", {}, chosen(this.model, notice))));
    this.notices.hidden = !card.notices.length;
    showNumbers(this.numbers, card.count, this.index, text, (at) => this.look(at));
    this.back.hidden = !this.other;
    for (const node of this.arrows) node.disabled = !this.wall.next(card.id, Number(node.dataset.step));
    this.actions.show(card);
    if (details) this.compare.show(this.sides(card, details));
    else this.compare.tellBusy(true);
    speak(this.node, text);
  }

  look(index) {
    this.index = index;
    this.show();
  }

  sides(card, details) {
    const { text } = this;
    const sized = (words, { width, height }) => `${words} · ${width}×${height}`;
    const after = this.picture(card, details, this.index);
    const other = this.other && this.card(this.other);
    if (other) {
      const about = this.details.get(other.id);
      const beside = this.picture(other, about, 0);
      const name = ({ function: fn, prompt, seed }) =>
        [this.title(fn), prompt.slice(0, 24), seed ?? ""].filter(Boolean).join(" · ");
      return [{ ...after, label: sized(name(card), after) }, { ...beside, label: sized(name(other), beside) }];
    }
    const before = details.before
      ? { id: card.id, index: BEFORE, ...details.before }
      : { id: card.id, index: BEFORE, width: 0, height: 0 };
    const label = before.width ? sized(text("before"), before) : text("before");
    return [{ ...before, label }, { ...after, label: sized(text("after"), after) }];
  }

  picture({ id, width, height }, details, index) {
    const size = details?.sizes[index] ?? [width, height];
    return { id, index, width: size[0], height: size[1] };
  }

  key(event) {
    const { target, key } = event;
    if (key === "Escape") {
      if (this.choosing) this.choose(false);
      else if (!this.actions.sure.hidden) this.actions.ask(false);
      else this.close();
    } else if (target.matches("input[type=text], input[type=search], textarea")) return false;
    else if (this.id && this.compare.key(event)) return true;
    else if (target.matches("input")) return false;
    else if (key === "ArrowLeft") this.go(-1);
    else if (key === "ArrowRight") this.go(1);
    else return false;
    return true;
  }
}
