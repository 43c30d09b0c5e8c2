// What does the frame look like? A stage as large as the limits allow, with the picture in its middle.

const HANDLES = {
  frame_top_left: ["top", "left"], frame_top: ["top"], frame_top_right: ["top", "right"],
  frame_right: ["right"], frame_bottom_right: ["bottom", "right"], frame_bottom: ["bottom"],
  frame_bottom_left: ["bottom", "left"], frame_left: ["left"],
};
const MARGIN = 22; // room for handles at the outermost place
const MOVE_SIGN = "M12 3v18 M3 12h18 M12 3l-3 3 M12 3l3 3 M12 21l-3-3 M12 21l3-3 M3 12l3-3 M3 12l3 3 M21 12l-3-3 M21 12l-3 3";

function makeFrame({ model, listen, text }) {
  const scales = makeScales(model);
  const { limits, isKnown, size, stored, put } = scales;
  let scale = 0; // pixels of the page for one of the picture
  let painting = 0;

  // -- the parts

  const part = (name, attributes = {}, ...children) => element("div", { className: `wanx-frame-${name}`, ...attributes }, ...children);
  const preview = element("img", { className: "wanx-frame-picture", alt: "", draggable: false });
  const outermost = part("outermost");
  const whole = part("whole");
  const labels = Object.fromEntries(SIDES.map((side) => [side, part("added", { "aria-hidden": "true" })]));
  const handles = Object.entries(HANDLES).map(([name, sides]) => {
    const node = part("handle", { tabIndex: 0, role: "slider", "data-name": name, "aria-label": text(name) });
    node.classList.add(sides.length === 2 ? "wanx-frame-corner" : "wanx-frame-side");
    node.setAttribute("aria-valuemin", limits.low);
    node.setAttribute("aria-valuemax", limits.high);
    node.setAttribute("aria-orientation", isLevel(sides.at(-1)) ? "horizontal" : "vertical");
    const across = sides.length === 2 ? (name === "frame_top_left" || name === "frame_bottom_right" ? "nwse" : "nesw") : isLevel(sides[0]) ? "ew" : "ns";
    node.style.cursor = `${across}-resize`;
    return { node, sides };
  });
  const grip = element("button", { type: "button", className: "wanx-frame-grip", title: text("frame_move"), "aria-label": text("frame_move") }, icon(MOVE_SIGN));
  const stage = part("stage", { role: "group", "aria-label": text("frame_stage") }, outermost, whole, preview, ...Object.values(labels), ...handles.map(({ node }) => node), grip);

  const said = element("div", { className: "wanx-frame-said", role: "status" });
  const hint = part("hint", {}, text("frame_hint"));
  const shown = element("strong", { className: "wanx-frame-output" });
  const factors = element("span", { className: "wanx-facts" });
  const presets = [...Object.keys(RATIOS), "double"].map((name) => {
    const node = element("button", { type: "button", className: "wanx-plain", "data-name": name }, name === "double" ? text("frame_double") : name);
    listen(node, "click", () => {
      const { frame } = preset(name);
      if (frame) put(frame, true);
      else say(reason(name));
    });
    return { name, node };
  });
  const reset = element("button", { type: "button", className: "wanx-plain", "data-name": "reset" }, text("frame_reset"));
  listen(reset, "click", () => put(Object.fromEntries(SIDES.map((side) => [side, limits.low])), true));

  const preset = (name) => (isKnown() || name === "double" ? presetFrame(name, size(), limits) : {});
  function reason(name) {
    const { frame, wider, needed } = preset(name);
    if (frame) return "";
    if (!needed) return text("frame_unknown");
    const sentence = text(wider ? "frame_too_wide" : "frame_too_high");
    return sentence.replace("{ratio}", name).replace("{n}", needed.toFixed(2)).replace("{most}", limits.high);
  }

  // -- what is seen

  function layOut() {
    const width = stage.clientWidth - 2 * MARGIN;
    if (width <= 0) return;
    const [w, h] = size();
    const height = clamp((width * h) / w, 200, clamp(highest(), 200, 520));
    scale = Math.min(width / w, height / h) / limits.high;
    stage.style.height = `${Math.round(height + 2 * MARGIN)}px`;
    paint();
  }
  function place(node, left, top, width, height) {
    Object.assign(node.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }
  function repaint() {
    painting = painting || requestAnimationFrame(() => {
      painting = 0;
      const held = hand.held();
      if (held) put(held);
      paint();
    });
  }
  function paint() {
    if (!scale) return;
    const held = hand.held();
    const frame = held ?? stored();
    const [w, h] = size().map((side) => (side * scale) / 2);
    const middle = [stage.clientWidth / 2, parseFloat(stage.style.height) / 2];
    const edge = { left: middle[0] - w * frame.left, right: middle[0] + w * frame.right, top: middle[1] - h * frame.top, bottom: middle[1] + h * frame.bottom };
    const [width, height] = [edge.right - edge.left, edge.bottom - edge.top];
    place(preview, middle[0] - w, middle[1] - h, 2 * w, 2 * h);
    place(outermost, middle[0] - w * limits.high, middle[1] - h * limits.high, 2 * w * limits.high, 2 * h * limits.high);
    place(whole, edge.left, edge.top, width, height);
    for (const { node, sides } of handles) {
      const [corner, side] = [sides.length === 2, sides[0]];
      const x = corner ? edge[sides[1]] : isLevel(side) ? edge[side] : edge.left + width / 2;
      const y = corner || !isLevel(side) ? edge[side] : edge.top + height / 2;
      // the whole edge can be taken between its corners
      const across = corner || isLevel(side) ? 28 : Math.max(20, width - 28);
      const along = corner || !isLevel(side) ? 28 : Math.max(20, height - 28);
      place(node, x - across / 2, y - along / 2, across, along);
      node.setAttribute("aria-valuenow", frame[sides.at(-1)]);
      const value = sides.map((one) => `${corner ? `${text(`frame_${one}`)} ` : ""}${saidOf(frame, one)}`).join(", ");
      if (node.getAttribute("aria-valuetext") !== value) node.setAttribute("aria-valuetext", value);
    }
    for (const side of SIDES) {
      const band = (isLevel(side) ? w : h) * (frame[side] - 1);
      const label = labels[side];
      label.hidden = band < (isLevel(side) ? 62 : 24);
      if (label.textContent !== saidOf(frame, side, true)) label.textContent = saidOf(frame, side, true);
      const outward = band / 2;
      label.style.left = `${isLevel(side) ? edge[side] + (side === "left" ? outward : -outward) : middle[0]}px`;
      label.style.top = `${isLevel(side) ? middle[1] : edge[side] + (side === "top" ? outward : -outward)}px`;
    }
    const isRoom = SIDES.some((side) => frame[side] > limits.low);
    whole.classList.toggle("wanx-frame-free", isRoom);
    grip.hidden = !isRoom;
    place(grip, middle[0] - 18, middle[1] - 18, 36, 36);
    stage.classList.toggle("wanx-frame-dragging", Boolean(held));
    showFacts(frame);
  }
  function saidOf(frame, side, short = false) {
    const factor = `${Math.round(frame[side] * 100) / 100}×`;
    const pixels = isKnown() ? `+${addedPixels(frame, side, size())} ${text("frame_px")}` : "";
    return short ? pixels || factor : [factor, pixels].filter(Boolean).join(", ");
  }
  // In the place of the hint, so that nothing jumps.
  function say(sentence) {
    if (said.textContent !== sentence) said.textContent = sentence;
    hint.hidden = Boolean(sentence);
  }
  function showFacts(frame) {
    const grown = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2].map((one) => `${Math.round(one * 100) / 100}`);
    const result = outputSize(frame, size());
    const measure = isKnown() ? `${result.join(" × ")} ${text("frame_px")}` : `${grown[0]}×, ${grown[1]}×`;
    shown.textContent = text("frame_output").replace("{size}", measure);
    factors.textContent = isKnown() ? `${size().join(" × ")} → ${grown[0]}×, ${grown[1]}×` : "";
    const large = isKnown() && Math.max(...result) > limits.longest;
    stage.classList.toggle("wanx-frame-large", large);
    const sentence = large ? text("frame_large").replace("{n}", limits.longest) : "";
    say(sentence);
    said.classList.toggle("wanx-frame-warns", large);
    for (const { name, node } of presets) {
      const { frame: meant } = preset(name);
      node.setAttribute("aria-disabled", String(!meant));
      node.title = reason(name);
      node.setAttribute("aria-pressed", String(Boolean(meant) && sameFrame(meant, frame)));
    }
  }

  function show() {
    const url = model.get("preview");
    if (!url) preview.removeAttribute("src"); // an empty one would show as broken
    else if (preview.src !== url) preview.src = url;
    layOut();
  }

  const hand = listenToFrameHand({ scales, handles, grip, whole, listen, place: (event) => placeIn(stage, event), perPixel: () => scale, repaint });
  const watcher = new ResizeObserver(layOut);
  watcher.observe(stage);
  listen(window, "resize", layOut);
  const node = element("div", { className: "wanx-frame" },
    element("div", { className: "wanx-row", role: "group", "aria-label": text("frame_presets") }, ...presets.map((one) => one.node), reset),
    stage,
    row(shown, factors),
    said,
    hint);
  return {
    node,
    show,
    repaint,
    close() {
      watcher.disconnect();
      cancelAnimationFrame(painting);
      scales.flush(); // what the hand did last is not lost
    },
  };
}
