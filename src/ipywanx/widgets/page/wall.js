// Which cards are there, and in which order? New ones come first, unless one is looking elsewhere.

const GAP = 8; // between rows, as the style sheet has it
const AWAY = 8; // pixels scrolled; from there on new cards wait at the top

class Wall {
  constructor(parts) {
    this.parts = parts;
    this.model = parts.model;
    this.cards = new Map();
    this.list = named(element("ul", { className: "wanx-cards" }), "cards");
    this.empty = element("p", { className: "wanx-empty", hidden: true });
    this.scroller = element("div", { className: "wanx-wall" }, this.list, this.empty);
    this.more = element("button", { type: "button", className: "wanx-plain wanx-more", hidden: true });
    this.more.addEventListener("click", () => this.toTop());
    this.node = element("div", { className: "wanx-wall-frame" }, this.scroller, this.more);
    this.scroller.addEventListener("scroll", () => this.held && !this.isAway() && this.update());
    this.list.addEventListener("keydown", (event) => this.walk(event));
    this.list.addEventListener("focusin", ({ target }) => this.enter(target));
    this.watcher = new IntersectionObserver(
      (seen) => seen.forEach(({ target, isIntersecting }) => target.card.near(isIntersecting)),
      { root: this.scroller, rootMargin: "240px 0px" },
    );
    this.sizes = new ResizeObserver(() => this.layOut());
    this.sizes.observe(this.list);
  }

  isAway() {
    return this.scroller.scrollTop > AWAY;
  }

  toTop() {
    this.scroller.scrollTop = 0;
    this.update();
    this.shown()[0]?.button.focus();
  }

  // Bring the cards to what the model has; those that are looked at stay where they are.
  update() {
    let all = this.model.get("cards");
    const first = all.findIndex(({ id }) => this.cards.has(id));
    this.held = this.isAway() && first > 0 ? first : 0;
    all = all.slice(this.held);
    const kept = new Set(all.map(({ id }) => id));
    for (const [id, card] of this.cards) {
      // While new ones wait, also what falls off the end stays; what was deleted does not.
      if (kept.has(id) || (this.held && card.data.asked <= all.at(-1)?.asked)) continue;
      this.watcher.unobserve(card.node);
      card.node.remove();
      this.cards.delete(id);
    }
    all.forEach((data, place) => {
      let card = this.cards.get(data.id);
      if (!card) {
        card = new Card(this.parts);
        this.cards.set(data.id, card);
        this.watcher.observe(card.node);
      }
      card.show(data);
      const there = this.list.children[place];
      if (there !== card.node) this.list.insertBefore(card.node, there ?? null);
    });
    this.filter();
  }

  filter() {
    const { text } = this.parts;
    const words = this.model.get("search").toLowerCase().split(/\s+/).filter(Boolean);
    const starredOnly = this.model.get("starred_only");
    const own = this.model.get("own_only") && this.model.get("own");
    let count = 0;
    for (const card of this.cards.values()) {
      card.node.hidden = !card.matches(words, starredOnly) || (own && !own.includes(card.data.id));
      if (!card.node.hidden) count += 1;
    }
    this.empty.textContent = text(this.cards.size ? "no_match" : "empty");
    this.empty.hidden = count > 0;
    this.more.textContent = text("new").replace("{n}", this.held);
    this.more.hidden = !this.held;
    this.counted = [count, this.cards.size];
    const shown = this.shown();
    if (!shown.some(({ button }) => button.tabIndex === 0)) this.enter(shown[0]?.button);
  }

  shown() {
    return [...this.list.children].filter((node) => !node.hidden).map((node) => node.card);
  }

  // While a card is open below, the wall keeps its rows: what comes must not push that away.
  hold(open) {
    this.rows = open ? this.scroller.clientHeight / this.rowHeight() : 0;
    this.layOut();
  }

  layOut() {
    const { style, offsetHeight, clientHeight } = this.scroller;
    style.height = this.rows ? `${this.rows * this.rowHeight() + offsetHeight - clientHeight}px` : "";
  }

  rowHeight() {
    return this.shown()[0]?.node.offsetHeight + GAP || 200;
  }

  close() {
    this.watcher.disconnect();
    this.sizes.disconnect();
  }

  next(id, step) {
    const shown = this.shown();
    const at = shown.findIndex(({ data }) => data.id === id);
    return at < 0 ? null : shown[at + step]?.data.id ?? null;
  }

  point(id) {
    for (const { button, data } of this.cards.values()) {
      button.setAttribute("aria-current", String(data.id === id));
    }
  }

  focus(id) {
    (this.cards.get(id) ?? this.shown()[0])?.button.focus();
  }

  // One card is in the tab order; arrows go from card to card.
  enter(button) {
    if (!button) return;
    for (const card of this.cards.values()) card.button.tabIndex = card.button === button ? 0 : -1;
  }

  walk(event) {
    const shown = this.shown();
    const at = shown.findIndex(({ button }) => button === document.activeElement);
    const row = shown.filter(({ node }) => node.offsetTop === shown[0].node.offsetTop).length;
    const last = shown.length - 1;
    const ways = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - row, ArrowDown: at + row, Home: 0, End: last,
    };
    if (at < 0 || !(event.key in ways) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = shown[ways[event.key]];
    to?.button.focus();
  }
}
