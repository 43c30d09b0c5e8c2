// What is under the cell? The frame, made anew in another language.

function render({ model, el }) {
  let stop = showFrame({ model, el });
  const again = () => {
    stop();
    stop = showFrame({ model, el });
  };
  model.on("change:language", again);
  return () => {
    model.off("change:language", again);
    stop();
  };
}

function showFrame({ model, el }) {
  const abort = new AbortController();
  const listen = (node, type, handler, options = {}) =>
    node.addEventListener(type, handler, { signal: abort.signal, ...options });
  const frame = makeFrame({ model, listen, text: speaker(model) });
  el.classList.add("wanx-expand-frame");
  el.replaceChildren(frame.node);
  // Keys are the frame's while it has the focus: d d would delete the cell.
  listen(el, "keydown", (event) => event.key !== "Tab" && !event.ctrlKey && !event.metaKey && event.stopPropagation());
  frame.show();
  const scales = SIDES.map((side) => `change:${side}_scale`).join(" ");
  model.on(scales, frame.repaint);
  model.on("change:size change:preview", frame.show);
  return () => {
    abort.abort();
    model.off(scales, frame.repaint);
    model.off("change:size change:preview", frame.show);
    frame.close();
  };
}

export default { render };
