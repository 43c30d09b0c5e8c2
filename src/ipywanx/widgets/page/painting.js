// What is painted in a frame? The inks that Python has not drawn yet, and the cursor.

function clearedContext(canvas, stage) {
  const scale = canvas.width / stage.node.clientWidth || 1;
  const { k, x, y } = stage.view;
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(k * scale, 0, 0, k * scale, x * scale, y * scale);
  return context;
}

function paintInks(stage) {
  const inks = [...stage.waiting.values()].map(({ ink }) => ink).filter((ink) => ink.points);
  if (stage.live && stage.live.points.length >= 2) inks.push(stage.live);
  const context = clearedContext(stage.ink, stage);
  // To show something rubbed out, the mask is drawn here and the layer below is hidden.
  const rubbed = inks.some((ink) => ink.erase);
  context.imageSmoothingEnabled = stage.view.k < 3;
  if (rubbed && stage.views) context.drawImage(stage.views[1].el, 0, 0, ...stage.size);
  stage.drawingLayer.style.visibility = rubbed ? "hidden" : "visible";
  for (const ink of inks) paintInk(context, ink);
}

function paintCursor(stage) {
  const context = clearedContext(stage.cursor, stage);
  const { k } = stage.view;
  const strokeTwice = (width) => {
    // dark and light, so that it is seen on any picture
    for (const [color, extra] of [["rgba(0,0,0,.7)", 2], ["white", 0]]) {
      context.strokeStyle = color;
      context.lineWidth = (width + extra) / k;
      context.stroke();
    }
  };
  if (stage.live && !isBrush(stage.live.tool)) {
    tracePath(context, stage.live);
    context.setLineDash([5 / k, 4 / k]);
    strokeTwice(1);
    context.setLineDash([]);
  }
  const at = stage.crosshair || stage.pointer;
  if (!at) return;
  const brush = isBrush(stage.model.get("tool"));
  context.beginPath();
  if (brush) {
    context.arc(at[0], at[1], Math.max(stage.model.get("radius"), 1 / k), 0, 7);
    strokeTwice(1);
    context.beginPath();
  }
  if (stage.crosshair || !brush) {
    const reach = 9 / k;
    context.moveTo(at[0] - reach, at[1]);
    context.lineTo(at[0] + reach, at[1]);
    context.moveTo(at[0], at[1] - reach);
    context.lineTo(at[0], at[1] + reach);
    strokeTwice(1);
  }
}
