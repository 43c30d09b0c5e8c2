// What does a shape look like that Python has not drawn yet?
//
// An ink is { tool, erase, color, radius, points }: points are x, y, x, y … in pixels of the picture.
// A pen's has radii too, one at each point.

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
  if (ink.radii) paintPen(context, ink);
  else if (isBrush(ink.tool)) {
    tracePath(context, ink);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 2 * ink.radius;
    context.stroke();
  } else {
    tracePath(context, ink);
    context.fill("evenodd"); // as Python does where an outline crosses itself
  }
  context.globalCompositeOperation = "source-over";
}

// A disk at each point, and between two disks the quadrilateral of their outer tangents: the same
// rule as in Python (model/strokes.py).
function paintPen(context, { points, radii }) {
  radii.forEach((radius, i) => {
    const [x, y] = points.slice(2 * i, 2 * i + 2);
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
    if (i) paintBand(context, points.slice(2 * i - 2, 2 * i), radii[i - 1], [x, y], radius);
  });
}

function paintBand(context, [ax, ay], a, [bx, by], b) {
  const way = Math.hypot(bx - ax, by - ay);
  if (way <= Math.abs(a - b)) return; // one disk holds the other
  const [ux, uy] = [(bx - ax) / way, (by - ay) / way];
  const cosine = (a - b) / way; // of the angle by which a tangent's normal leans off the way
  const sine = Math.sqrt(1 - cosine * cosine);
  const [lx, ly] = [ux * cosine - uy * sine, uy * cosine + ux * sine];
  const [rx, ry] = [ux * cosine + uy * sine, uy * cosine - ux * sine];
  context.beginPath();
  context.moveTo(ax + a * lx, ay + a * ly);
  context.lineTo(bx + b * lx, by + b * ly);
  context.lineTo(bx + b * rx, by + b * ry);
  context.lineTo(ax + a * rx, ay + a * ry);
  context.fill();
}
