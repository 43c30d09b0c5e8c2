// With what is drawn? The palette of a board, and any other colour; or the colour that shows a mask.

function makeColors({ stage, model, listen, set, text }) {
  const palette = Object.entries(model.get("palette") ?? {});

  function choose(color) {
    set("color", color);
    if (model.get("tool") === "eraser" && palette.length) set("tool", "brush");
  }
  const swatches = palette.map(([name, color], i) => {
    const title = `${text(name)} (${i + 1})`;
    const node = element("button", {
      type: "button", className: "wanx-swatch", title, "aria-label": text(name), "data-name": name,
    });
    node.style.background = color;
    listen(node, "click", (event) => {
      choose(color);
      if (event.detail) stage.node.focus({ preventScroll: true }); // as after a click on a tool
    });
    return node;
  });
  const other = element("input", {
    type: "color", className: "wanx-color", title: text("color"), "aria-label": text("color"),
  });
  listen(other, "input", () => choose(other.value));
  return {
    node: element(
      "span",
      { className: "wanx-colors", role: "group", "aria-label": text(palette.length ? "palette" : "color") },
      ...swatches,
      other,
    ),
    // The colour of a key: 1 is the palette's first.
    choose(key) {
      const color = palette[Number(key) - 1]?.[1];
      if (color) choose(color);
      return Boolean(color);
    },
    show() {
      const chosen = model.get("color");
      other.value = chosen;
      swatches.forEach((node, i) => node.setAttribute("aria-pressed", String(palette[i][1] === chosen)));
    },
  };
}
