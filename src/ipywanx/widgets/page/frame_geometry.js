// Where is the frame? Scales, pixels, and what a drag or a preset makes of them.
//
// A frame has a scale for each side, which acts on half the picture; `limits` are those of the
// parameters. Nothing here touches the page.

const OPPOSITE = { left: "right", right: "left", top: "bottom", bottom: "top" };
const SIDES = Object.keys(OPPOSITE);
const RATIOS = { "1:1": [1, 1], "4:3": [4, 3], "3:4": [3, 4], "16:9": [16, 9], "9:16": [9, 16] };

const isLevel = (side) => side === "left" || side === "right";
const halfOf = (side, [w, h]) => (isLevel(side) ? w : h) / 2;

// Presets need finer scales than the hand: four decimals are less than a pixel of the largest picture.
const heldScale = (value, { low, high }) => Math.round(clamp(value, low, high) * 1e4) / 1e4;
const steppedScale = (value, limits) => heldScale(Math.round(value / limits.step) * limits.step, limits);

// As Python's expanded_box; a test holds them together.
function outputSize(frame, [w, h]) {
  return [(w / 2) * (frame.left + frame.right), (h / 2) * (frame.top + frame.bottom)].map((side) => Math.floor(side + 0.5));
}

const addedPixels = (frame, side, size) => Math.round(halfOf(side, size) * (frame[side] - 1));
const scaleOfPixels = (pixels, side, size, limits) => steppedScale(1 + pixels / halfOf(side, size), limits);

// Some sides follow the pointer, which has moved by so many pixels of the picture.
function draggedFrame(frame, sides, [dx, dy], size, limits, evenly = false) {
  const dragged = { ...frame };
  for (const side of sides) {
    const outward = { left: -dx, right: dx, top: -dy, bottom: dy }[side];
    if (outward) dragged[side] = steppedScale(frame[side] + outward / halfOf(side, size), limits);
    if (evenly) dragged[OPPOSITE[side]] = dragged[side];
  }
  return dragged;
}

// The whole moves and keeps its size: what one side gains the other loses.
function movedFrame(frame, [dx, dy], size, { low, high, step }) {
  const moved = { ...frame };
  for (const [near, far, way] of [["left", "right", dx], ["top", "bottom", dy]]) {
    const wished = Math.round(way / halfOf(near, size) / step) * step;
    const by = clamp(wished, Math.max(frame[near] - high, low - frame[far]), Math.min(frame[near] - low, high - frame[far]));
    moved[near] = heldScale(frame[near] - by, { low, high });
    moved[far] = heldScale(frame[far] + by, { low, high });
  }
  return moved;
}

// The least that gives a ratio, the same on both sides; where the limit forbids it, how much that was.
function presetFrame(name, [w, h], limits) {
  if (name === "double") return { frame: Object.fromEntries(SIDES.map((side) => [side, limits.high])) };
  const [a, b] = RATIOS[name];
  const wider = h * a >= w * b;
  const needed = wider ? (h * a) / b / w : (w * b) / a / h;
  const scale = heldScale(needed, limits);
  const frame = wider
    ? { left: scale, right: scale, top: limits.low, bottom: limits.low }
    : { left: limits.low, right: limits.low, top: scale, bottom: scale };
  const [at, side] = wider ? [0, w] : [1, h];
  const reached = Math.abs(outputSize(frame, [w, h])[at] - needed * side) <= 1;
  return reached ? { frame } : { wider, needed };
}

const sameFrame = (one, other) => SIDES.every((side) => Math.abs(one[side] - other[side]) < 1e-4);
