// How is a shape added by its numbers, without a pointer?

function numericPanel({ shape, post, listen, say, text }) {
  const numbers = ["x", "y", "width", "height"].map((name) =>
    element("input", {
      type: "number", step: "any", placeholder: text(name), "aria-label": text(name), className: "wanx-number",
    }),
  );
  const corners = element("input", {
    type: "text", placeholder: "10,10 200,40 120,180", "aria-label": text("corners"), className: "wanx-corners",
  });
  const kind = element(
    "select",
    { "aria-label": text("shape") },
    ...["rectangle", "ellipse", "polygon"].map((name) => element("option", { value: name }, text(name))),
  );

  function adapt() {
    const polygon = kind.value === "polygon";
    corners.hidden = !polygon;
    for (const input of numbers) input.hidden = polygon;
  }
  listen(kind, "change", adapt);
  adapt();

  function apply(erase) {
    const [x, y, width, height] = numbers.map((input) => Number(input.value));
    const listed = corners.value.normalize("NFKC").split(/[\s,;()、]+/).filter(Boolean).map(Number);
    const polygon = kind.value === "polygon";
    const points = polygon ? listed : [x, y, x + width, y + height];
    const sound = polygon
      ? points.length >= 6 && points.length % 2 === 0 && points.every(Number.isFinite)
      : width > 0 && height > 0;
    say("problem", sound ? "" : text("numbers_wrong"));
    if (sound) post.draw(shape.ink(kind.value, points, erase));
  }

  const plainButton = (name, erase) => {
    const node = element("button", { type: "button", className: "wanx-plain", "data-name": name }, text(name));
    listen(node, "click", () => apply(erase));
    return node;
  };
  return fold(
    text("numeric"),
    kind,
    ...numbers,
    corners,
    plainButton("add", false),
    plainButton("subtract", true),
  );
}
