// What is under the cell? The picture, the form, the queue and the gallery, put together.

async function render({ model, el }) {
  const abort = new AbortController();
  const listen = (node, type, handler, options = {}) =>
    node.addEventListener(type, handler, { signal: abort.signal, ...options });
  const text = speaker(model);
  const alive = liveness(model);
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  const view = Math.random().toString(36).slice(2, 10);
  let count = 0;
  const send = (content, buffer) => {
    if (tellLoss()) return false;
    count += 1;
    model.send({ ...content, form: shown(), id: `${view}-${count}` }, undefined, buffer ? [buffer] : []);
    return true;
  };
  const parts = { model, el, view, text, listen, set, send };

  // -- the head: which function, which language, who answers

  const functions = element("div", { className: "wanx-functions", role: "radiogroup" });
  const names = Object.keys(model.get("schema"));
  const functionButtons = names.map((name, at) => {
    const node = element("button", { type: "button", role: "radio", className: "wanx-function", "data-function": name });
    listen(node, "click", () => set("function", name));
    listen(node, "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (at + step + names.length) % names.length;
      set("function", names[next]);
      functionButtons[next].focus();
    });
    return node;
  });
  functions.append(...functionButtons);
  const language = element("button", { type: "button", className: "wanx-plain wanx-language" });
  listen(language, "click", () => set("language", model.get("language") === "zh" ? "en" : "zh"));
  const engine = element("span", { className: "wanx-engine" });
  const about = element("div", { className: "wanx-about" });

  // -- the parts

  const stageBox = element("div", { className: "wanx-stage-box wanx-hosted" });
  const recall = element("button", { type: "button", className: "wanx-plain wanx-recall" });
  listen(recall, "click", () => send({ kind: "recall" }));
  const board = element("button", { type: "button", className: "wanx-plain wanx-board" });
  listen(board, "click", () => send({ kind: "board" }));
  const experimentBox = element("div", { className: "wanx-experiment-box wanx-hosted" });
  const galleryBox = element("div", { className: "wanx-gallery-box wanx-hosted" });
  let picture, sizes, form, queue;
  const submit = element("button", { type: "button", className: "wanx-submit" });
  const priceTag = element("span", { className: "wanx-price" });
  const problem = element("div", { className: "wanx-problem", role: "alert" });
  const attention = makeAttention({ el, listen });
  const receipt = makeReceipt({ button: submit, text });
  function create(again) {
    if (receipt.isFresh() || !form.isRight() || !send({ kind: "submit", ...(again ? { again } : {}) })) return;
    receipt.give();
    queue.clear();
    attention.mark();
  }
  listen(submit, "click", () => create(false));
  listen(el, "keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      submit.click();
    } else if (event.target.matches("input, textarea, button, select")) event.stopPropagation(); // not the notebook's keys
  });

  function label() {
    queue?.close();
    receipt.reset();
    picture = makePicture(parts);
    sizes = makeSizes(parts);
    form = makeForm(parts);
    queue = makeQueue({ ...parts, open: openResult });
    language.textContent = model.get("language") === "zh" ? "English" : "中文";
    functions.setAttribute("aria-label", text("functions"));
    recall.textContent = text("recall");
    board.textContent = text("board");
    for (const node of functionButtons) node.textContent = chosen(model, model.get("schema")[node.dataset.function].title);
    el.replaceChildren(
      element("header", { className: "wanx-head" }, functions, engine, language),
      about,
      element("div", { className: "wanx-columns" },
        element("div", { className: "wanx-left" }, picture.node, recall, board, stageBox, sizes.node),
        element("div", { className: "wanx-right" }, form.node, row(submit, priceTag), problem, queue.node)),
      experimentBox,
      galleryBox,
    );
    showAll();
  }

  function showFunction() {
    const name = model.get("function");
    const here = model.get("schema")[name];
    for (const node of functionButtons) {
      const on = node.dataset.function === name;
      node.setAttribute("aria-checked", String(on));
      node.tabIndex = on ? 0 : -1;
    }
    showBoard();
    about.replaceChildren(element("span", {}, chosen(model, here.help)));
    if (here.rights) about.append(element("strong", { className: "wanx-rights" }, chosen(model, here.rights)));
    form.build();
    showValues();
  }

  function showValues() {
    form.show();
    sizes.show();
    const n = model.get("values")[model.get("function")]?.n ?? 1;
    const price = n * model.get("price");
    const cost = model.get("price") ? `CNY ${price.toFixed(2)}` : text("free");
    const cap = model.get("cap") === null ? "" : ` · ${text("cap")} ${model.get("spent").toFixed(2)} / ${model.get("cap").toFixed(2)}`;
    priceTag.textContent = `${text(n === 1 ? "one" : "several").replace("{n}", n)} · ${cost}${cap}`;
  }

  function tellLoss() {
    const lost = !alive();
    if (lost) problem.textContent = text("lost");
    return lost;
  }

  function showProblem() {
    const said = model.get("problem");
    const shown = form.node.querySelector(`[data-field="${CSS.escape(said.field ?? "")}"]:not([hidden])`);
    problem.textContent = said.text && !shown ? chosen(model, said.text) : "";
    if (said.text) receipt.reset();
    if (said.ask === "again") {
      const yes = element("button", { type: "button", className: "wanx-plain", "data-name": "again" }, text("again"));
      listen(yes, "click", () => create(true));
      problem.append(" ", yes);
    }
    form.show();
  }

  // -- what came of it

  const galleryRoot = () => galleryBox.querySelector(".wanx-gallery");
  function openResult(result, focus = true) {
    galleryRoot()?.dispatchEvent(new CustomEvent("wanx-open", { detail: { ...result, focus } }));
  }
  function receive(message) {
    if (message.kind === "finished") {
      const isWaiting = attention.isHere();
      if (isWaiting) openResult(message, false);
      queue.finish(message, isWaiting);
    } else if (message.kind === "point" && attention.isMine()) {
      const place = message.part === "seed" ? form.node.querySelector("[data-field=seed]") : picture.node;
      pointAt(place);
    }
  }

  // -- hosted widgets

  const hosted = new Map();

  // What the page shows, for a message to bring along: it overtakes a trait's last change, which
  // ipywidgets holds back while the kernel still has one before it.
  function shown() {
    const name = model.get("function");
    const frame = hosted.get("stage")?.child;
    const scales = model.get("schema")[name].fields.map((field) => field.name)
      .filter((field) => field.endsWith("_scale") && frame?.get(field) !== undefined);
    return {
      function: name,
      values: model.get("values")[name] ?? {},
      scales: Object.fromEntries(scales.map((side) => [side, frame.get(side)])),
    };
  }
  listen(experimentBox, "wanx-run", (event) => { event.detail.form = shown(); });

  async function host(name, box) {
    const value = model.get(name);
    const id = typeof value === "string" ? value.replace("IPY_MODEL_", "") : value?.model_id;
    if (hosted.get(name)?.id === id) return;
    hosted.get(name)?.view?.remove();
    const entry = { id };
    hosted.set(name, entry);
    box.replaceChildren();
    if (!id) return;
    const child = await model.widget_manager.get_model(id);
    entry.child = child;
    const made = await model.widget_manager.create_view(child, {});
    if (hosted.get(name) !== entry) return made.remove();
    entry.view = made;
    box.append(made.el);
    made.trigger?.("displayed");
  }

  const showBoard = () => { board.hidden = model.get("function") !== "doodle" || Boolean(model.get("stage")); };
  function showStage() {
    showBoard();
    picture.show();
    sizes.show();
    form.show(); // not built anew: somebody may be typing in it
    return host("stage", stageBox);
  }
  const showKnown = () => { recall.hidden = !model.get("known"); };
  function showAll() {
    showKnown();
    engine.textContent = model.get("price") ? text("online") : text("offline");
    engine.title = model.get("engine");
    picture.show();
    queue.show();
    showFunction();
    showProblem();
  }

  el.classList.add("wanx-studio");
  label();
  const heard = [
    ["change:language", label],
    ["change:function", showFunction],
    ["change:values change:price change:spent change:cap", showValues],
    ["change:picture change:variables", () => { picture.show(); sizes.show(); }],
    ["change:known", showKnown],
    ["change:stage", showStage],
    ["change:gallery", () => host("gallery", galleryBox)],
    ["change:experiment", () => host("experiment", experimentBox)],
    ["change:queue", () => queue.show()],
    ["change:problem", showProblem],
    ["msg:custom", receive],
    ["comm_live_update", tellLoss],
  ];
  for (const [events, handler] of heard) model.on(events, handler);
  await Promise.all([host("stage", stageBox), host("experiment", experimentBox), host("gallery", galleryBox)]);

  return () => {
    abort.abort();
    queue.close();
    receipt.close();
    for (const [events, handler] of heard) model.off(events, handler);
    for (const { view: made } of hosted.values()) made?.remove();
  };
}

export default { render };
