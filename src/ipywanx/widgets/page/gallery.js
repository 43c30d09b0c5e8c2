// What is under the cell? A search, the cards, and the one that is opened; and what they tell each other.

function render({ model, el }) {
  const text = speaker(model);
  const alive = liveness(model);
  const titles = (name) => model.get("titles")[name] ?? [name, name];
  const title = (name, language) =>
    titles(name)[(language ?? model.get("language")) === "zh" ? 1 : 0] || "?";
  const lost = element("p", { className: "wanx-hint", role: "status", hidden: true });
  function send(content) {
    const gone = !alive();
    lost.textContent = text("lost");
    lost.hidden = !gone;
    if (!gone) model.send(content);
  }
  const album = new Album(send);
  const wall = new Wall({ model, album, text, title, open: (id) => viewer.open(id) });
  const viewer = new Viewer({ model, album, text, title, send, wall });

  function set(name, value) {
    model.set(name, value);
    model.save_changes();
  }
  const search = named(element("input", { type: "search", className: "wanx-search" }), "search");
  search.addEventListener("input", () => set("search", search.value));
  const starred = element("input", { type: "checkbox" });
  starred.addEventListener("change", () => set("starred_only", starred.checked));
  const own = element("input", { type: "checkbox" });
  own.addEventListener("change", () => set("own_only", own.checked));
  const ownOnly = element("label", { className: "wanx-field" }, own, says(element("span"), "own_only"));
  const count = element("span", { className: "wanx-count", role: "status" });
  const only = element("label", { className: "wanx-field" }, starred, says(element("span"), "starred_only"));
  const root = named(
    element("section", { className: "wanx-gallery" }, row(search, only, ownOnly, count), lost, wall.node, viewer.node),
    "gallery",
  );
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // d d would delete the cell
  el.append(root);

  function showFilter() {
    if (search.value !== model.get("search")) search.value = model.get("search");
    starred.checked = model.get("starred_only");
    own.checked = model.get("own_only");
    ownOnly.hidden = model.get("own") === null;
    wall.filter();
    showCount();
  }
  function showCount() {
    const [n, all] = wall.counted;
    count.textContent = text("shown").replace("{n}", n).replace("{all}", all);
  }
  function showCards() {
    wall.update();
    viewer.show();
    showCount();
    openAwaited();
  }
  // A host may name a result before its card is here.
  let awaited = null;
  function openAwaited() {
    const card = awaited && model.get("cards").find(({ id, task }) => id === awaited.id || (task && task === awaited.task));
    if (!card) return;
    const { focus } = awaited;
    awaited = null;
    viewer.open(card.id, { focus, scroll: true });
  }
  root.addEventListener("wanx-open", (event) => {
    awaited = event.detail;
    openAwaited();
  });
  function showLanguage() {
    root.lang = model.get("language") === "zh" ? "zh-CN" : "en";
    speak(root, text);
    root.setAttribute("aria-label", text("gallery"));
    showCards();
  }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!viewer.node.contains(event.target) && event.key !== "Escape") {
      if (event.key !== "Tab") event.stopPropagation();
      return;
    }
    if (viewer.key(event)) event.preventDefault();
    event.stopPropagation();
  });
  showLanguage();
  showFilter();
  viewer.actions.showHost();

  const heard = [
    ["change:cards", showCards],
    ["change:search change:starred_only change:own change:own_only", showFilter],
    ["change:language change:texts change:titles", showLanguage],
    ["change:actions", () => (viewer.actions.showHost(), speak(viewer.node, text))],
    ["msg:custom", (message, buffers) => {
      album.receive(message, buffers);
      viewer.receive(message, buffers);
    }],
  ];
  for (const [events, handler] of heard) model.on(events, handler);
  return () => {
    for (const [events, handler] of heard) model.off(events, handler);
    wall.close();
    album.close();
  };
}

export default { render };
