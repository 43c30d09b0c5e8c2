// Where does each cell stand? Rows by the first axis, columns by the second, a table for each of the
// further values; one axis, and an order by score, is a list.

class SweepTable {
  constructor(parts) {
    Object.assign(this, { parts, model: parts.model, text: parts.text, cells: new Map(), lines: null });
    this.parts.labels = (index) => this.labels(index);
    this.node = named(element("div", { className: "wanx-sheet-frame", role: "group" }), "cells");
    this.watcher = new IntersectionObserver(
      (seen) => seen.forEach(({ target, isIntersecting }) => target.cell.near(isIntersecting)),
      { root: this.node, rootMargin: "200px" },
    );
    this.node.addEventListener("keydown", (event) => this.walk(event));
    this.node.addEventListener("focusin", ({ target }) => target.cell && this.enter(target));
  }

  // A cell's labels, or null where the page does not know them all.
  labels(index) {
    const axes = this.model.get("axes");
    const labels = [];
    let rest = index;
    for (const { count, labels: known } of [...axes].reverse()) {
      labels.unshift(known[rest % count] ?? null);
      rest = Math.floor(rest / count);
    }
    return labels.includes(null) ? null : labels;
  }

  isOrdered() {
    return Boolean(this.model.get("order_by"));
  }

  layOut() {
    const focused = this.node.contains(document.activeElement) ? document.activeElement : null;
    this.watcher.disconnect();
    this.shown = [];
    const axes = this.model.get("axes");
    if (this.isOrdered()) this.node.replaceChildren(this.list(this.model.get("order")));
    else if (axes.length < 2) this.node.replaceChildren(this.list(this.model.get("states").split("").keys()));
    else this.node.replaceChildren(...this.tables(axes));
    this.update();
    for (const cell of this.shown) this.watcher.observe(cell.button);
    if (focused?.isConnected) focused.focus();
    this.enter(focused?.isConnected ? focused : this.shown[0]?.button);
  }

  cell(index) {
    if (!this.cells.has(index)) this.cells.set(index, new SweepCell(this.parts, index));
    const cell = this.cells.get(index);
    this.shown.push(cell);
    return cell;
  }

  list(indexes) {
    this.lines = null;
    return element(
      "ul",
      { className: "wanx-sheet-list" },
      ...[...indexes].map((index) => {
        const cell = this.cell(index);
        return element("li", {}, cell.button, cell.caption);
      }),
    );
  }

  tables([rows, columns, ...further]) {
    this.lines = [];
    const all = this.model.get("states").length;
    const combined = further.reduce(
      (before, { labels }) => before.flatMap((places) => labels.map((_, at) => [...places, at])), [[]],
    );
    const index = (places) => [rows, columns, ...further].reduce((sum, { count }, at) => sum * count + places[at], 0);
    return combined.map((places) => {
      const head = columns.labels.map((label) => this.header("col", label));
      const body = rows.labels.map((label, row) => {
        const line = columns.labels.map((_, column) => index([row, column, ...places])).filter((at) => at < all);
        const cells = line.map((at) => this.cell(at));
        if (cells.length) this.lines.push(cells);
        return element(
          "tr", {}, this.header("row", label), ...cells.map(({ button }) => element("td", {}, button)),
        );
      });
      const title = element("caption");
      title.tell = () => {
        const name = ({ title: words }) => chosen(this.model, words);
        const said = further.map((axis, at) => `${name(axis)}${this.text("colon")}${axis.labels[places[at]]}`);
        const both = this.text("axes_2").replace("{rows}", name(rows)).replace("{columns}", name(columns));
        title.replaceChildren(...said.map((words) => element("strong", {}, words)), element("span", {}, both));
      };
      title.tell();
      const header = element("thead", {}, element("tr", {}, element("td"), ...head));
      return element("table", { className: "wanx-sheet-table" }, title, header, element("tbody", {}, ...body));
    });
  }

  header(scope, label) {
    return element("th", { scope, title: label }, element("span", { className: "wanx-header" }, label));
  }

  update() {
    const states = this.model.get("states");
    // Where an order shows a cell beyond those that are told, it is one with a score.
    for (const cell of this.shown) cell.show(states[cell.index] ?? "S");
  }

  speak() {
    for (const cell of this.cells.values()) if (cell.letter) cell.tell();
    for (const title of this.node.querySelectorAll("caption")) title.tell();
  }

  // One cell is in the tab order; arrows go from cell to cell.
  enter(button) {
    if (!button) return;
    if (this.current) this.current.tabIndex = -1;
    this.current = button;
    button.tabIndex = 0;
  }

  rows() {
    if (this.lines) return this.lines;
    const tops = this.shown.map(({ button }) => button.offsetTop);
    const wide = Math.max(1, tops.filter((top) => top === tops[0]).length);
    return Array.from({ length: Math.ceil(tops.length / wide) }, (_, at) => this.shown.slice(at * wide, (at + 1) * wide));
  }

  walk(event) {
    const rows = this.rows();
    const y = rows.findIndex((line) => line.some(({ button }) => button === document.activeElement));
    if (y < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const x = rows[y].findIndex(({ button }) => button === document.activeElement);
    const ways = {
      ArrowLeft: [y, x - 1], ArrowRight: [y, x + 1], ArrowUp: [y - 1, x], ArrowDown: [y + 1, x],
      Home: [y, 0], End: [y, rows[y].length - 1],
    };
    if (!(event.key in ways)) return;
    event.preventDefault();
    const [row, column] = ways[event.key];
    const line = rows[row];
    if (line && column >= 0) line[Math.min(column, event.key === "ArrowRight" ? column : line.length - 1)]?.button.focus();
  }

  next(index, step) {
    const at = this.shown.findIndex((cell) => cell.index === index);
    return at < 0 ? null : this.shown[at + step]?.index ?? null;
  }

  point(index) {
    for (const cell of this.cells.values()) cell.button.setAttribute("aria-current", String(cell.index === index));
  }

  focus(index) {
    this.cells.get(index)?.button.focus();
  }

  close() {
    this.watcher.disconnect();
  }
}
