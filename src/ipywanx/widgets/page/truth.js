// Is it right? What will be sent, made small by Python, how much it covers, and what looks wrong.
//
// It asks the model for its `state` alone, so that it can stand beside the button that submits.

const NEARLY_ALL = 0.95;

function makeTruth({ model, text }) {
  const image = element("img", {
    className: "wanx-thumbnail", alt: text("thumbnail"), title: text("thumbnail"),
  });
  const sentence = element("span", { className: "wanx-area" });
  const node = element("span", { className: "wanx-truth" }, image, sentence);
  return {
    node,
    show() {
      const { area, thumbnail } = model.get("state");
      const said = area === 0 ? "nothing" : area >= NEARLY_ALL ? "nearly_all" : "area";
      image.src = thumbnail;
      sentence.textContent = text(said).replace("{n}", (area * 100).toFixed(1));
      node.classList.toggle("wanx-warns", said !== "area");
    },
  };
}
