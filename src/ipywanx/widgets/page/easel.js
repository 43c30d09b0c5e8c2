// What is under the cell? The parts, put together, and what they tell each other.

async function render({ model, el }) {
  let stop = await showEasel({ model, el });
  // In another language it is made anew: what is drawn is Python's.
  const again = async () => {
    stop();
    el.replaceChildren();
    stop = await showEasel({ model, el });
  };
  model.on("change:texts", again);
  return () => {
    model.off("change:texts", again);
    stop();
  };
}

async function showEasel({ model, el }) {
  const abort = new AbortController();
  const listen = (node, type, handler, options = {}) =>
    node.addEventListener(type, handler, { signal: abort.signal, ...options });
  const text = (name) => model.get("texts")[name] ?? name;

  // Below the picture the most important thing is said, and only that.
  const words = { lost: "", busy: "", problem: "", note: "" };
  const status = element("span", { className: "wanx-status", role: "status", "aria-live": "polite" });
  function say(kind, sentence) {
    words[kind] = sentence;
    const said = words.lost || words.busy || words.problem || words.note;
    if (status.textContent !== said) status.textContent = said;
  }

  function set(name, value) {
    model.set(name, value);
    model.save_changes();
  }
  function setRadius(value) {
    set("radius", Math.round(clamp(value, 0.5, Math.max(...stage.size) / 2) * 10) / 10);
  }

  const stage = new Stage(model);
  const post = new Post(model, stage, say, text);
  const shape = new Shape(model, stage, post);
  const editor = { el, model, stage, post, shape, listen, say, set, setRadius, text };
  editor.colors = makeColors(editor);
  const controls = makeControls(editor);
  const truth = makeTruth(editor);
  const facts = element("span", { className: "wanx-facts" });
  listenToHand(editor);
  listenToKeys(editor);

  function showFacts() {
    facts.textContent = `${stage.size.join("×")} · ${Math.round(stage.view.k * 100)} %`;
  }
  function showSettings() {
    controls.showSettings();
    if (stage.live && stage.live.tool !== model.get("tool")) stage.live = null;
    stage.show();
  }
  function showState() {
    const { problem, note } = model.get("state");
    say("problem", problem);
    say("note", note);
    controls.showState();
    truth.show();
  }
  stage.onView = showFacts;
  stage.node.setAttribute("role", "application");
  stage.node.setAttribute("aria-label", text("stage"));
  el.classList.add("wanx-editor");
  el.append(
    ...controls.rows,
    stage.node,
    row(truth.node, facts, status),
    numericPanel(editor),
    fold(text("keys"), `${text("own_keys")} · ${text("all_keys")}`),
  );

  await stage.host();
  const watcher = new ResizeObserver(() => stage.layOut());
  watcher.observe(stage.node);
  listen(window, "resize", () => stage.layOut());
  stage.layOut();
  showSettings();
  showState();
  post.tellLife();
  const settings = SETTINGS.map((name) => `change:${name}`).join(" ");
  const heard = [
    [model, settings, showSettings],
    [model, "change:state", showState],
    [model, "msg:custom", (message) => post.receive(message)],
    [stage.surface, "comm_live_update", () => post.tellLife()],
  ];
  for (const [source, events, handler] of heard) source.on(events, handler);

  return () => {
    abort.abort();
    watcher.disconnect();
    for (const [source, events, handler] of heard) source.off(events, handler);
    for (const view of stage.views) view.remove();
  };
}

export default { render };
