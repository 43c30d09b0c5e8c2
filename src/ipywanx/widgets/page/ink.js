// What does a shape look like that Python has not drawn yet?
//
// An ink is { tool, erase, color, radius, points }: points are x, y, x, y … in pixels of the picture.

function tracePath(context, ink) {
  const points = ink.points;
  context.beginPath();
  if (isBox(ink.tool)) {
    const [x0, y0, x1, y1] = boxAround(points);
    if (ink.tool === "rectangle") context.rect(x0, y0, x1 - x0, y1 - y0);
    else context.ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2, 0, 0, 7);
    return;
  }
  context.moveTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  if (points.length === 2) context.lineTo(points[0] + 0.01, points[1]);
}

function boxAround(points) {
  const [x0, y0] = points;
  const [x1, y1] = points.slice(-2);
  return [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
}

function paintInk(context, ink) {
  context.globalCompositeOperation = ink.erase ? "destination-out" : "source-over";
  context.fillStyle = context.strokeStyle = ink.color;
  tracePath(context, ink);
  if (isBrush(ink.tool)) {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 2 * ink.radius;
    context.stroke();
  } else {
    context.fill("evenodd"); // as Python does where an outline crosses itself
  }
  context.globalCompositeOperation = "source-over";
}
