// What can be done with an opened result? Star, tags, save, code, and what the host offers.

const STATUS_MS = 6000;

class Actions {
  // `looked` tells { id, index } of the picture that is looked at.
  constructor({ model, send, text, looked, compare }) {
    Object.assign(this, { model, send, text, looked });
    this.star = signButton("star", ICONS.star, () =>
      send({ kind: "mark", id: looked().id, starred: this.star.getAttribute("aria-pressed") !== "true" }),
    );
    this.tags = named(element("input", { type: "text", className: "wanx-tags" }), "tags_help");
    this.tags.addEventListener("change", () => this.keepTags());
    this.tags.addEventListener("keydown", (event) => event.key === "Enter" && this.keepTags());
    const label = element("label", { className: "wanx-field" }, says(element("span"), "tags"), this.tags);
    this.remove = wordButton("delete", () => this.ask(true));
    this.stay = wordButton("keep", () => this.ask(false));
    this.sure = named(
      element(
        "span", { className: "wanx-group", role: "group", hidden: true },
        says(element("strong"), "delete_sure"),
        wordButton("delete_yes", () => send({ kind: "delete", id: this.id })),
        this.stay,
      ),
      "delete_sure",
    );
    this.status = element("span", { className: "wanx-status", role: "status", "aria-live": "polite" });
    this.host = element("span", { className: "wanx-group" });
    this.code = this.codePanel();
    this.node = element(
      "div",
      {},
      row(
        this.star,
        label,
        wordButton("save", () => send({ kind: "save", ...looked() })),
        wordButton("code", () => this.toggleCode()),
        wordButton("compare", compare),
        this.host,
        this.remove,
        this.sure,
      ),
      this.status, // on a line of its own, always there: no button moves under the pointer
      this.code,
    );
  }

  show(card) {
    if (this.id !== card.id) {
      this.code.hidden = true;
      this.status.textContent = "";
      this.sure.hidden = true;
      this.remove.hidden = false;
    }
    const name = card.starred ? "unstar" : "star";
    this.star.setAttribute("aria-pressed", String(card.starred));
    named(this.star, name);
    const tags = card.tags.join(", ");
    if (this.id !== card.id || document.activeElement !== this.tags) this.tags.value = tags;
    this.kept = tags;
    this.id = card.id;
  }

  // Whether it is to be deleted for good; what keeps it is next to the hand.
  ask(isAsked) {
    this.sure.hidden = !isAsked;
    this.remove.hidden = isAsked;
    (isAsked ? this.stay : this.remove).focus();
  }

  showHost() {
    const offered = this.model.get("actions");
    this.host.replaceChildren(
      ...offered.map((name) => wordButton(name, () => this.send({ kind: "act", name, ...this.looked() }))),
    );
    this.host.hidden = !offered.length;
  }

  keepTags() {
    if (this.tags.value === this.kept) return;
    this.kept = this.tags.value;
    this.send({ kind: "mark", id: this.id, tags: this.tags.value });
  }

  codePanel() {
    const panel = element("div", { className: "wanx-code", hidden: true });
    this.fields = ["magic", "python"].map((name) => {
      const field = named(
        element("textarea", { readOnly: true, spellcheck: false, rows: 5, className: "wanx-source" }),
        name,
      );
      field.dataset.name = name;
      panel.append(
        element(
          "div",
          { className: "wanx-code-part" },
          row(says(element("strong"), name), wordButton("copy", () => this.copy(field))),
          field,
        ),
      );
      return field;
    });
    return panel;
  }

  toggleCode() {
    if (this.code.hidden) this.send({ kind: "code", id: this.id });
    else this.code.hidden = true;
  }

  async copy(field) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      this.say(this.text("copied"));
    } catch {
      field.focus();
      this.say(this.text("not_copied"));
    }
  }

  receive(message, buffers) {
    if (message.id !== this.id) return;
    if (message.kind === "code") {
      this.fields.forEach((field) => {
        field.value = message[field.dataset.name];
        field.rows = clamp(field.value.split("\n").length, 3, 12);
      });
      this.code.hidden = !message.magic;
      if (!message.magic) this.say(this.text("no_code"));
    } else if (message.kind === "file") {
      this.download(message.name, buffers[0]);
    } else if (message.kind === "refused") this.say(chosen(this.model, message.text));
    else if (message.kind === "gone") this.say(this.text("missing"));
  }

  download(name, data) {
    const url = URL.createObjectURL(new Blob([data]));
    const link = element("a", { href: url, download: name, hidden: true });
    this.node.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), STATUS_MS);
    this.say(this.text("saved").replace("{name}", name));
  }

  say(sentence) {
    this.status.textContent = sentence;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.status.textContent = ""), STATUS_MS);
  }
}
