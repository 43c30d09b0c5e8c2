// What does a card show? Its shape is fixed, so that nothing moves when the picture arrives.

const CARD_SIDE = 240;

class Card {
  constructor({ model, album, text, title, open }) {
    Object.assign(this, { model, album, text, title });
    this.picture = element("img", { alt: "", className: "wanx-card-image", hidden: true });
    this.gone = says(element("span", { className: "wanx-card-gone", hidden: true }), "missing");
    this.badge = element("span", { className: "wanx-badge" });
    this.warning = element("span", { className: "wanx-card-warning", hidden: true }, "!");
    this.star = element("span", { className: "wanx-card-star", hidden: true }, icon(ICONS.star));
    this.name = element("span", { className: "wanx-card-name" });
    this.prompt = element("span", { className: "wanx-card-prompt" });
    this.button = element(
      "button",
      { type: "button", className: "wanx-card", tabIndex: -1 },
      element(
        "span",
        { className: "wanx-card-frame" },
        this.picture, this.gone, this.badge, this.warning, this.star,
      ),
      this.name,
      this.prompt,
    );
    this.button.addEventListener("click", () => open(this.data.id));
    this.node = element("li", { className: "wanx-card-place" }, this.button);
    this.node.card = this;
  }

  show(data) {
    this.data = data;
    const { text } = this;
    const prompt = data.prompt.trim() || text("no_prompt");
    const notices = data.notices.map((notice) => chosen(this.model, notice));
    const facts = [
      this.title(data.function),
      data.preview ? text("preview") : "",
      data.count > 1 ? text("pictures").replace("{n}", data.count) : "",
      data.starred ? text("starred") : "",
      ...data.tags,
      ...notices,
    ].filter(Boolean);
    this.name.textContent = this.title(data.function);
    this.prompt.textContent = prompt;
    this.badge.textContent = data.count > 1 ? `×${data.count}` : "";
    this.badge.hidden = data.count < 2;
    this.star.hidden = !data.starred;
    this.button.setAttribute("aria-label", `${prompt} · ${facts.join(" · ")}`);
    this.warning.hidden = !notices.length;
    this.button.title = [prompt, ...data.tags.map((tag) => `#${tag}`), ...notices].join("\n");
    this.gone.textContent = text("missing");
  }

  // Its picture is asked for when it comes near, and no longer when it has gone by unasked.
  async near(isNear) {
    const { id } = this.data;
    this.wanted = isNear;
    if (!isNear) return this.album.drop(id, 0, CARD_SIDE);
    if (this.picture.src) return;
    const url = await this.album.get(id, 0, CARD_SIDE);
    if (url) this.picture.src = url;
    this.picture.hidden = !url;
    this.gone.hidden = Boolean(url) || !this.wanted;
  }

  matches(words, starredOnly) {
    const { prompt, function: name, tags, starred } = this.data;
    if (starredOnly && !starred) return false;
    const said = [prompt, name, ...this.titles(name), ...tags].join("\n").toLowerCase();
    return words.every((word) => said.includes(word));
  }

  titles(name) {
    return [this.title(name, "en"), this.title(name, "zh")];
  }
}
