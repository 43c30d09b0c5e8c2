// How large will it be? The picture before and after super_resolution, at one scale.

const LONGEST_SHOWN = 240; // pixels of the page for the longer side of the result

function makeSizes({ model, text }) {
  const before = element("div", { className: "wanx-sizes-before" });
  const after = element("div", { className: "wanx-sizes-after" }, before);
  const now = element("span", { className: "wanx-facts" });
  const then = element("strong", {});
  const said = element("div", { className: "wanx-sizes-said", role: "status" });
  const words = element("div", { className: "wanx-sizes-words" }, now, then, said);
  const node = element("figure", { className: "wanx-sizes", "aria-label": text("sizes") }, after, words);

  function show() {
    node.hidden = (model.get("function") ?? "super_resolution") !== "super_resolution" || !model.get("picture").name;
    if (node.hidden) return;
    const factor = model.get("values")?.super_resolution?.upscale_factor ?? 1;
    const { width, height, preview, limits } = model.get("picture");
    after.hidden = !width;
    const result = [width * factor, height * factor];
    const shown = LONGEST_SHOWN / Math.max(...result, 1);
    place(after, result);
    place(before, [width, height]);
    function place(box, sides) {
      [box.style.width, box.style.height] = sides.map((side) => `${Math.max(2, side * shown)}px`);
    }
    before.style.backgroundImage = preview ? `url("${preview}")` : "";
    const pixels = (sides) => `${sides.join(" × ")} ${text("picture_px")}`;
    now.textContent = width ? text("sizes_in").replace("{size}", pixels([width, height])) : "";
    then.textContent = width ? text("sizes_out").replace("{size}", `${pixels(result)} (${factor}×)`) : "";
    const large = width && Math.max(...result) > limits.longest;
    const sentence = !width ? text("sizes_unknown").replace("{n}", factor)
      : large ? text("frame_large").replace("{n}", limits.longest)
        : factor === 1 ? text("sizes_sharper") : "";
    if (said.textContent !== sentence) said.textContent = sentence;
    said.classList.toggle("wanx-sizes-warns", Boolean(large));
  }
  return { node, show };
}
