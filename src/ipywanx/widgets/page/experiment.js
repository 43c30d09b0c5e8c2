// What varies? A row for each axis, what it would cost, and the sheet below.

async function render({ model, el }) {
  const abort = new AbortController();
  const listen = (node, type, handler) => node.addEventListener(type, handler, { signal: abort.signal });
  const text = speaker(model);
  const alive = liveness(model);
  const view = Math.random().toString(36).slice(2, 10);
  let count = 0;

  const rows = element("div", { className: "wanx-axes" });
  const add = element("button", { type: "button", className: "wanx-plain wanx-add-axis" });
  const how = element("select", { className: "wanx-how" });
  const howLabel = element("label", { className: "wanx-how-label" });
  const run = element("button", { type: "button", className: "wanx-run" });
  const summary = element("span", { className: "wanx-summary", role: "status" });
  const problem = element("div", { className: "wanx-problem", role: "alert" });
  const sheetBox = element("div", { className: "wanx-sheet-box wanx-hosted" });
  const summaryLine = element("summary", {});
  const box = element("details", { className: "wanx-experiment" },
    summaryLine, rows, row(add, howLabel), row(run, summary), problem, sheetBox);

  function setAxes(axes) {
    model.set("axes", axes);
    model.save_changes();
  }
  const change = (at, part) => setAxes(model.get("axes").map((axis, here) => (here === at ? { ...axis, ...part } : axis)));

  // A row is made anew only when axes come, go or change their parameter: what is typed stays.
  let shape = "";
  function showRows() {
    const axes = model.get("axes");
    const choices = model.get("choices");
    const now = JSON.stringify([axes.map((axis) => axis.name), choices.map((one) => one.name), model.get("language")]);
    if (now === shape) return;
    shape = now;
    rows.replaceChildren(...axes.map((axis, at) => axisRow(axis, at, choices, axes)));
  }

  function axisRow(axis, at, choices, axes) {
    const taken = new Set(axes.map((one) => one.name));
    const here = choices.find((one) => one.name === axis.name);
    const which = element("select", { "aria-label": text("parameter"), className: "wanx-which" });
    for (const one of choices.filter((choice) => choice.name === axis.name || !taken.has(choice.name))) {
      which.append(element("option", { value: one.name, selected: one.name === axis.name }, chosen(model, one.title)));
    }
    listen(which, "change", () => change(at, { name: which.value, text: first(which.value) }));
    const hint = here ? chosen(model, here.hint) : "";
    const input = here?.kind === "text"
      ? element("textarea", { rows: 3 })
      : element("input", { type: "text", hidden: here?.kind === "bool" });
    input.value = axis.text;
    input.placeholder = hint;
    input.setAttribute("aria-label", `${here ? chosen(model, here.title) : axis.name}: ${hint}`);
    input.title = hint;
    listen(input, "change", () => change(at, { text: input.value }));
    const remove = element("button", { type: "button", className: "wanx-plain", "aria-label": `${text("remove_axis")}: ${axis.name}` }, "✕");
    listen(remove, "click", () => {
      setAxes(model.get("axes").filter((_, here_) => here_ !== at));
      add.focus();
    });
    const said = here?.kind === "bool" ? element("span", {}, text("both")) : "";
    return element("div", { className: "wanx-axis", "data-axis": axis.name }, which, input, said, remove);
  }

  const first = (name) => (model.get("choices").find((one) => one.name === name)?.kind === "bool" ? "both" : "");

  listen(add, "click", () => {
    const taken = new Set(model.get("axes").map((axis) => axis.name));
    const next = model.get("choices").find((one) => !taken.has(one.name) && one.name !== "image");
    if (!next) return;
    setAxes([...model.get("axes"), { name: next.name, text: first(next.name) }]);
    rows.lastElementChild?.querySelector("select").focus();
  });
  listen(how, "change", () => { model.set("how", how.value); model.save_changes(); });
  listen(run, "click", () => {
    count += 1;
    const now = { axes: model.get("axes"), how: model.get("how") }; // may not have come as traits yet
    el.dispatchEvent(new CustomEvent("wanx-run", { bubbles: true, detail: now })); // the studio adds its form
    if (!alive()) {
      problem.textContent = text("lost");
      return;
    }
    isAwaited = true;
    model.send({ kind: "run", ...now, id: `${view}-${count}` });
  });
  listen(el, "keydown", (event) => {
    if (event.target.matches("input, textarea, button, select, summary")) event.stopPropagation(); // not the notebook's keys
  });

  function showPlan() {
    const said = model.get("summary");
    summary.textContent = said.length ? chosen(model, said) : text("no_axis");
    const wrong = model.get("problem");
    problem.textContent = wrong.length ? chosen(model, wrong) : "";
    run.disabled = !said.length;
    howLabel.hidden = model.get("axes").length < 2;
    how.value = model.get("how");
  }

  function label() {
    summaryLine.textContent = text("experiment");
    add.textContent = text("add_axis");
    run.textContent = text("run");
    how.replaceChildren(...["grid", "zip"].map((one) => element("option", { value: one }, text(one))));
    howLabel.replaceChildren(text("combine"), " ", how);
    showRows();
    showPlan();
  }

  let isAwaited = false; // a sheet that was begun in this view
  let shown = { id: "" };
  async function showSheet() {
    const value = model.get("sheet");
    const id = typeof value === "string" ? value.replace("IPY_MODEL_", "") : (value?.model_id ?? "");
    if (shown.id === id) return;
    shown.view?.remove();
    shown = { id };
    sheetBox.replaceChildren();
    if (!id) return;
    const child = await model.widget_manager.get_model(id);
    const made = await model.widget_manager.create_view(child, {});
    if (shown.id !== id) return made.remove();
    shown.view = made;
    sheetBox.append(made.el);
    made.trigger?.("displayed");
    if (isAwaited) sheetBox.scrollIntoView({ block: "nearest" });
    isAwaited = false;
  }

  el.classList.add("wanx-experiment-view");
  el.replaceChildren(box);
  label();
  const heard = [
    ["change:language", label],
    ["change:axes change:choices", () => { showRows(); showPlan(); }],
    ["change:summary change:problem change:how", showPlan],
    ["change:sheet", showSheet],
  ];
  for (const [events, handler] of heard) model.on(events, handler);
  await showSheet();
  return () => {
    abort.abort();
    for (const [events, handler] of heard) model.off(events, handler);
    shown.view?.remove();
  };
}

export default { render };
