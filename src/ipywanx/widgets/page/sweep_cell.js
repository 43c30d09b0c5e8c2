// What stands in a cell? A picture, or the word for why not yet; its size is fixed from the start.

const OVER = "sScfx"; // letters of what has ended

const scoreText = (value) => (typeof value === "number" ? Number(value.toPrecision(4)).toString() : String(value));

class SweepCell {
  constructor({ glances, model, text, labels, open }, index) {
    Object.assign(this, { glances, model, text, labels, index, letter: "", told: null });
    this.pictures = element("span", { className: "wanx-tile", hidden: true });
    this.word = element("span", { className: "wanx-cell-word" });
    this.frame = element("span", { className: "wanx-cell-frame" }, this.pictures, this.word);
    this.scores = element("span", { className: "wanx-cell-scores" });
    this.button = element(
      "button", { type: "button", className: "wanx-cell", tabIndex: -1 }, this.frame, this.scores,
    );
    this.button.cell = this;
    this.button.addEventListener("click", () => open(index));
    this.caption = element("span", { className: "wanx-cell-caption" });
  }

  show(letter) {
    if (letter === this.letter) return;
    if (this.told) {
      this.glances.forget(this.index);
      this.told = null;
      // A score that arrives does not take the picture away.
      if (!OVER.includes(letter)) this.pictures.replaceChildren();
    }
    this.letter = letter;
    this.button.dataset.state = letter;
    this.tell();
    if (this.wanted) this.near(true);
  }

  // Asked for when it comes near, and no longer when it has gone by unasked.
  async near(isNear) {
    this.wanted = isNear;
    if (!OVER.includes(this.letter)) return;
    if (!isNear) return this.glances.drop(this.index);
    if (this.told) return;
    const { letter } = this;
    const told = await this.glances.get(this.index);
    if (letter !== this.letter || !told) return;
    if (letter === "S" && told.state === "s") { // it was told before it was judged
      this.glances.forget(this.index);
      return this.near(this.wanted);
    }
    this.told = told;
    const images = told.urls.map((src) => element("img", { alt: "", src, className: "wanx-cell-image" }));
    this.pictures.replaceChildren(...images);
    this.tell();
  }

  tell() {
    const { text, told, letter } = this;
    const error = told?.error.length ? chosen(this.model, told.error) : "";
    const pictures = this.pictures.children.length;
    this.pictures.hidden = !pictures;
    this.pictures.dataset.count = pictures > 1 ? "many" : "one";
    const isMade = letter.toLowerCase() === "s";
    const state = text(`cell_${letter.toLowerCase()}`);
    this.word.hidden = pictures > 0;
    const waits = told ? text("missing") : text("loading");
    this.word.textContent = isMade ? waits : error ? `${state}${text("colon")}${error}` : state;
    const scores = Object.entries(told?.scores ?? {}).map(([name, value]) => `${name} ${scoreText(value)}`);
    if (told?.note) scores.push(`${text("no_score")}${text("colon")}${told.note}`);
    this.scores.textContent = scores.join(" · ");
    this.scores.title = scores.join("\n");
    const labels = this.labels(this.index) ?? told?.labels ?? [];
    this.caption.textContent = labels.join(" · ");
    this.caption.title = this.caption.textContent;
    this.button.title = error || labels.join("\n");
    this.button.setAttribute("aria-label", [...labels, state, error, ...scores].filter(Boolean).join(" · "));
  }
}
