// What do keys mean? Everything can be reached without a pointer.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function listenToKeys({ el, stage, shape, post, model, colors, listen, set, setRadius, say }) {
  const tools = model.get("tools");
  const onPaper = Boolean(model.get("paper"));

  listen(el, "keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (needsIt(event.target, key)) return;
    const here = event.target === stage.node;
    const tool = tools.find((name) => TOOLS[name].key === key);
    if (command && key === "z") post.act(event.shiftKey ? "redo" : "undo");
    else if (command && key === "y") post.act("redo");
    else if (command || event.altKey) return;
    else if (here && key in ARROWS) moveCrosshair(ARROWS[key], event.shiftKey ? 10 : 1);
    else if (here && key === "Enter") stamp();
    else if (here && key === " ") stage.grabbed = true;
    else if (key === "Escape") leave();
    else if (key === "[") setRadius(model.get("radius") / 1.15);
    else if (key === "]") setRadius(model.get("radius") * 1.15);
    else if (key === "+" || key === "=") stage.zoom(1.25);
    else if (key === "-") stage.zoom(0.8);
    else if (key === "0") stage.fit();
    else if (key === "c") shape.closePolygon();
    else if (key === "i" && !onPaper) post.act("invert");
    else if (key === "x" && !onPaper) set("erase", !model.get("erase"));
    else if (key === "h" && !onPaper) stage.hide(true);
    else if (colors.choose(key)) stage.repaint();
    else if (tool) set("tool", tool);
    else if (key.length > 1) return;
    event.preventDefault();
    event.stopPropagation(); // also of letters without meaning: d d would delete the cell
  });
  listen(el, "keyup", (event) => {
    if (event.key === " ") stage.grabbed = false;
    if (event.key.toLowerCase() === "h") stage.hide(false);
  });
  listen(el, "focusout", (event) => {
    if (el.contains(event.relatedTarget)) return; // as when the button is pressed that hides the mask
    stage.grabbed = false;
    stage.hide(false);
  });

  // Keys work wherever the focus is in the editor, but a control keeps those that it needs itself.
  function needsIt(target, key) {
    if (target === stage.node || key === "Escape") return false;
    if (target.matches("input[type=checkbox], input[type=color], button, summary")) {
      return ["Enter", " "].includes(key);
    }
    if (target.matches("input[type=range]")) return key.length > 1;
    return target.matches("input, select");
  }

  function moveCrosshair([dx, dy], times) {
    const step = Math.max(1, Math.round(times / stage.view.k));
    const [w, h] = stage.size;
    const [x, y] = stage.crosshair || stage.pointer || [w / 2, h / 2];
    stage.crosshair = [clamp(Math.round(x) + dx * step, 0, w), clamp(Math.round(y) + dy * step, 0, h)];
    const live = stage.live;
    if (live && live.tool === "lasso") live.points.push(...stage.crosshair);
    else if (live) live.points.splice(-2, 2, ...stage.crosshair);
    say("note", `x ${stage.crosshair[0]}, y ${stage.crosshair[1]}`);
    stage.repaint();
  }

  function stamp() {
    stage.crosshair = stage.crosshair || stage.pointer || stage.size.map((side) => side / 2);
    const at = stage.crosshair;
    if (stage.live && stage.live.tool !== "polygon") {
      shape.finish();
      return;
    }
    shape.begin(at, 0);
    const live = stage.live;
    if (live && isBrush(live.tool)) shape.finish();
    else if (live && live.tool !== "polygon") live.points = [...at, ...at];
    stage.repaint();
  }

  function leave() {
    if (stage.live) stage.live = null;
    else {
      stage.crosshair = null;
      if (el.contains(document.activeElement)) document.activeElement.blur();
    }
    stage.repaint();
  }
}
