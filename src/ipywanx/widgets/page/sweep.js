// What is under the cell? What is planned and how far it is, the table, and the cell that is opened.

function render({ model, el }) {
  const text = speaker(model);
  const alive = liveness(model);
  const lost = element("p", { className: "wanx-hint", role: "status", hidden: true });
  function send(content) {
    const gone = !alive();
    lost.textContent = text("lost");
    lost.hidden = !gone;
    if (!gone) model.send(content);
  }
  function set(name, value) {
    model.set(name, value);
    model.save_changes();
  }
  const album = new Album(send);
  const glances = new Glances(send);
  const table = new SweepTable({ model, text, glances, open: (id) => panel.open(id) });
  const panel = new SweepPanel({ model, album, text, send, table });
  const head = new SweepHead({ model, text, send, set, leave: () => table.current ?? root });
  const root = named(
    element("section", { className: "wanx-sweep", tabIndex: -1 }, head.node, lost, table.node, panel.node),
    "sweep",
  );
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // d d would delete the cell
  el.append(root);

  function showProgress() {
    head.show();
    table.update();
    panel.update();
  }
  function showSize() {
    root.style.setProperty("--wanx-side", `${model.get("side")}px`);
    root.style.setProperty("--wanx-shape", model.get("summary").shape);
    head.showControls();
  }
  function showOrder() {
    head.showControls();
    table.layOut();
    panel.show();
  }
  function showColumns() {
    root.dataset.scored = String(model.get("summary").scored || model.get("columns").length > 0);
    head.showControls();
  }
  function showLanguage() {
    root.lang = model.get("language") === "zh" ? "zh-CN" : "en";
    speak(root, text);
    root.setAttribute("aria-label", text("sweep"));
    table.speak();
    head.show();
    head.showControls();
    panel.show();
  }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inPanel = panel.node.contains(event.target);
    if (inPanel ? panel.key(event) : event.key === "Escape" && panel.id !== null) {
      if (!inPanel) panel.close();
      event.preventDefault();
    }
    if (event.key !== "Tab") event.stopPropagation();
  });
  table.layOut();
  showSize();
  showColumns();
  showLanguage();

  const heard = [
    ["change:states change:progress change:summary", showProgress],
    ["change:axes change:order", showOrder],
    ["change:columns", showColumns],
    ["change:order_by change:ascending", showOrder],
    ["change:side", showSize],
    ["change:language change:texts", showLanguage],
    ["msg:custom", (message, buffers) => {
      album.receive(message, buffers);
      glances.receive(message, buffers);
      panel.receive(message);
    }],
  ];
  for (const [events, handler] of heard) model.on(events, handler);
  return () => {
    for (const [events, handler] of heard) model.off(events, handler);
    table.close();
    album.close();
    glances.close();
  };
}

export default { render };
