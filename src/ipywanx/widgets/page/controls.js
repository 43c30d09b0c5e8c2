// Which buttons and sliders are there, and how do they follow the settings?

const SETTINGS = ["tool", "radius", "opacity", "tolerance", "color", "erase", "pressure"];

function makeControls({ stage, post, model, colors, listen, set, text }) {
  const onPaper = Boolean(model.get("paper")); // where there is nothing below to see or to keep

  function button(name, path, onClick, key = "") {
    const title = key ? `${text(name)} (${key})` : text(name);
    const node = element(
      "button",
      { type: "button", className: "wanx-button", title, "aria-label": text(name), "data-name": name },
      icon(path),
    );
    listen(node, "click", (event) => {
      onClick();
      // Who clicks goes on with the hand: Space and Enter are the picture's then, not the button's.
      if (event.detail) stage.node.focus({ preventScroll: true });
    });
    return node;
  }

  const tools = model.get("tools").map((name) =>
    button(name, TOOLS[name].icon, () => set("tool", name), TOOLS[name].key),
  );

  const amount = element("input", {
    type: "number", min: 1, max: 200, value: 4, className: "wanx-number", title: text("amount"),
    "aria-label": text("amount"),
  });
  const unit = element("span", { className: "wanx-unit" }, text("pixels"));
  const signed = { grow: 1, shrink: -1, smooth: 1 };
  const names = model.get("steps");
  const steps = names.map((name) =>
    button(name, STEPS[name].icon, () => {
      const pixels = clamp(Number(amount.value) || 1, 1, 200) * (signed[name] ?? 0);
      post.act(name === "shrink" ? "grow" : name, signed[name] ? { amount: pixels } : {});
    }),
  );

  function range(name, low, high, step) {
    const input = element("input", { type: "range", min: low, max: high, step, "aria-label": text(name) });
    listen(input, "input", () => set(name, Number(input.value)));
    return element(
      "label",
      { className: "wanx-range", title: text(name), "data-name": name },
      text(name),
      input,
      element("output", { className: "wanx-value" }),
    );
  }
  const largest = Math.max(8, Math.round(Math.max(...stage.size) / 6));
  const tolerance = range("tolerance", 0, 120, 1);
  listen(tolerance, "input", (event) => post.retune(Number(event.target.value)));
  const ranges = [range("radius", 1, largest, 0.5), tolerance];
  if (!onPaper) ranges.push(range("opacity", 0.1, 1, 0.05));

  const checks = (onPaper ? ["pressure"] : ["erase", "pressure"]).map((name) => {
    const input = element("input", { type: "checkbox", "data-name": name });
    listen(input, "change", () => set(name, input.checked));
    return element("label", { className: "wanx-range" }, input, text(name));
  });

  function peekButton() {
    const node = button("peek", SIGNS.peek, () => {}, "h");
    listen(node, "pointerdown", () => stage.hide(true));
    for (const type of ["pointerup", "pointerleave", "blur"]) listen(node, type, () => stage.hide(false));
    listen(node, "keydown", (event) => [" ", "Enter"].includes(event.key) && stage.hide(true));
    listen(node, "keyup", () => stage.hide(false));
    return node;
  }

  function importButton() {
    const file = element("input", { type: "file", accept: "image/*", hidden: true, tabIndex: -1 });
    listen(file, "change", async () => {
      const [chosen] = file.files;
      file.value = "";
      if (chosen) post.send({ kind: "import" }, {}, await chosen.arrayBuffer());
    });
    return [button("import", SIGNS.import, () => file.click()), file];
  }
  const views = [
    button("zoom_out", SIGNS.zoom_out, () => stage.zoom(0.8), "-"),
    button("zoom_in", SIGNS.zoom_in, () => stage.zoom(1.25), "+"),
    button("fit", SIGNS.fit, () => stage.fit(), "0"),
  ];
  if (!onPaper) views.push(peekButton(), ...importButton());

  const bar = (name, ...nodes) =>
    element("span", { className: "wanx-tools", role: "toolbar", "aria-label": text(name) }, ...nodes);
  return {
    rows: [
      row(
        bar("tools", ...tools),
        bar("actions", ...steps, ...(names.includes("grow") ? [amount, unit] : [])),
        bar("view", ...views),
      ),
      row(...ranges, colors.node, ...checks),
    ],
    showSettings() {
      const tool = model.get("tool");
      for (const node of tools) node.setAttribute("aria-pressed", String(node.dataset.name === tool));
      for (const label of ranges) {
        const value = model.get(label.dataset.name);
        label.querySelector("input").value = value;
        label.querySelector("output").textContent =
          label.dataset.name === "opacity" ? `${Math.round(value * 100)} %` : Math.round(value);
      }
      tolerance.hidden = tool !== "wand";
      colors.show();
      for (const label of checks) {
        const input = label.querySelector("input");
        input.checked = model.get(input.dataset.name);
      }
    },
    showState() {
      const state = model.get("state");
      for (const node of steps) {
        if (node.dataset.name in state) node.disabled = !state[node.dataset.name];
      }
    },
  };
}
