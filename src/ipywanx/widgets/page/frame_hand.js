// How is the frame moved? By pointer and by keys; what the hand holds is shown before it is stored.

const KEY_WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function listenToFrameHand({ scales, handles, grip, whole, listen, place, perPixel, repaint }) {
  const { limits } = scales;
  let drag = null; // { id, sides, from, at, start, frame, evenly }; sides is null for the whole

  function begin(event, sides) {
    if (event.button !== 0 || drag) return;
    const node = event.currentTarget;
    node.setPointerCapture(event.pointerId);
    const handle = node === whole ? grip : node;
    handle.focus({ preventScroll: true });
    event.preventDefault();
    const at = place(event);
    drag = { id: event.pointerId, sides, from: at, at, start: scales.stored(), frame: scales.stored(), evenly: event.shiftKey };
  }
  function follow() {
    const way = [0, 1].map((axis) => (drag.at[axis] - drag.from[axis]) / perPixel());
    drag.frame = !way.some(Boolean) ? drag.start // pressed and not moved: nothing changes
      : drag.sides ? draggedFrame(drag.start, drag.sides, way, scales.size(), limits, drag.evenly) : movedFrame(drag.start, way, scales.size(), limits);
  }
  function finish(keep) {
    const frame = keep ? drag.frame : drag.start;
    drag = null;
    scales.put(frame, true);
    repaint();
  }
  const isItsDrag = (event) => drag?.id === event.pointerId;
  for (const { node, sides } of [...handles, { node: grip, sides: null }, { node: whole, sides: null }]) {
    listen(node, "pointerdown", (event) => {
      // A finger on the picture scrolls the page; it takes the grip to move the frame.
      if (node !== whole || event.pointerType !== "touch") begin(event, sides);
    });
    listen(node, "pointermove", (event) => {
      if (!isItsDrag(event)) return;
      Object.assign(drag, { at: place(event), evenly: event.shiftKey });
      repaint();
    });
    listen(node, "pointerup", (event) => {
      if (!isItsDrag(event)) return;
      Object.assign(drag, { at: place(event), evenly: event.shiftKey });
      follow();
      finish(true);
    });
    listen(node, "pointercancel", (event) => isItsDrag(event) && finish(false));
  }

  function pressed(event, sides) {
    const frame = scales.stored();
    const step = limits.step * (event.shiftKey ? 10 : 1);
    const end = { Home: limits.low, End: limits.high }[event.key];
    if (end && sides) return { ...frame, ...Object.fromEntries(sides.map((side) => [side, end])) };
    let way = KEY_WAYS[event.key];
    if (!way) return null;
    if (!sides) return movedFrame(frame, way.map((one, axis) => (one * step * scales.size()[axis]) / 2), scales.size(), limits);
    // On a side the arrows across it mean more and less, as on every slider.
    const [side] = sides;
    if (sides.length === 1 && isLevel(side) !== Boolean(way[0])) {
      const more = way[0] > 0 || way[1] < 0 ? 1 : -1;
      way = { left: [-more, 0], right: [more, 0], top: [0, -more], bottom: [0, more] }[side];
    }
    return draggedFrame(frame, sides, way.map((one, axis) => (one * step * scales.size()[axis]) / 2), scales.size(), limits);
  }
  for (const { node, sides } of [...handles, { node: grip, sides: null }]) {
    listen(node, "keydown", (event) => {
      if (event.key === "Escape" && drag) finish(false);
      else if (!drag && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const frame = pressed(event, sides);
        if (!frame) return;
        scales.put(frame);
      } else return;
      event.preventDefault();
    });
    listen(node, "keyup", (event) => event.key in KEY_WAYS && !drag && scales.flush());
  }

  return {
    // The frame under the hand, as it is now; null where nothing is held.
    held() {
      if (!drag) return null;
      follow();
      return drag.frame;
    },
  };
}
