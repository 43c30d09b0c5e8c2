// What does the hand do? Mouse, pen and fingers: one draws, two zoom and move.

function listenToHand({ stage, shape, model, listen, setRadius }) {
  const touches = new Map();
  let tapped = null; // a finger's place, for tools that act on a point: it may become a pinch
  let pinch = null;
  let panning = null;

  listen(stage.node, "pointerdown", (event) => {
    stage.node.focus({ preventScroll: true });
    stage.crosshair = null;
    if (event.pointerType === "touch") {
      touches.set(event.pointerId, stage.place(event));
      if (touches.size === 2) {
        // The second finger means: not a stroke. A polygon under way stays.
        if (stage.live && stage.live.tool !== "polygon") stage.live = null;
        tapped = null;
        pinch = gesture();
        stage.repaint();
        return;
      }
      if (touches.size > 2) return;
    }
    if (event.button === 1 || (event.button === 0 && stage.grabbed)) {
      panning = { id: event.pointerId, at: stage.place(event) };
      stage.node.setPointerCapture(event.pointerId);
      event.preventDefault();
      return;
    }
    if (event.button !== 0 || (stage.live && stage.live.tool !== "polygon")) return;
    stage.node.setPointerCapture(event.pointerId);
    stage.pointer = stage.toImage(stage.place(event));
    const waits = event.pointerType === "touch" && ["fill", "wand", "polygon"].includes(model.get("tool"));
    if (waits) tapped = { id: event.pointerId };
    else shape.begin(stage.pointer, event.pressure);
    if (stage.live) stage.live.id = event.pointerId;
    stage.repaint();
    event.preventDefault();
  });

  listen(stage.node, "pointermove", (event) => {
    const place = stage.place(event);
    if (touches.has(event.pointerId)) touches.set(event.pointerId, place);
    if (pinch) return movePinch();
    if (panning && panning.id === event.pointerId) {
      stage.pan(place[0] - panning.at[0], place[1] - panning.at[1]);
      panning.at = place;
      return;
    }
    stage.pointer = stage.toImage(place);
    const live = stage.live;
    if (live && live.tool === "polygon") live.points.splice(-2, 2, ...stage.pointer);
    else if (live && live.id === event.pointerId) {
      // the browser hands over one event a frame, and what came in between inside of it
      const parts = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const part of parts.length ? parts : [event]) {
        shape.extend(stage.toImage(stage.place(part)), event.shiftKey, part.pressure);
      }
    }
    stage.repaint();
  });

  function release(event) {
    touches.delete(event.pointerId);
    if (event.pointerType === "touch") stage.pointer = null; // a finger that left shows no brush
    if (pinch) {
      if (!touches.size) pinch = null;
      else if (touches.size > 1) pinch = gesture();
      stage.repaint();
      return;
    }
    if (tapped && tapped.id === event.pointerId) {
      tapped = null;
      if (event.type === "pointerup") shape.begin(stage.toImage(stage.place(event)), 0);
    }
    if (panning && panning.id === event.pointerId) panning = null;
    else if (stage.live && stage.live.id === event.pointerId && stage.live.tool !== "polygon") {
      if (event.type === "pointercancel") stage.live = null; // the system took the pointer away
      shape.finish();
    }
    stage.repaint();
  }
  listen(stage.node, "pointerup", release);
  listen(stage.node, "pointercancel", release);
  listen(stage.node, "dblclick", () => shape.closePolygon());
  listen(stage.node, "contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation(); // JupyterLab's menu would offer to delete the cell, over the picture
  });
  listen(stage.node, "pointerleave", () => {
    stage.pointer = null;
    stage.repaint();
  });

  function gesture() {
    const [[ax, ay], [bx, by]] = [...touches.values()];
    return { middle: [(ax + bx) / 2, (ay + by) / 2], span: Math.hypot(ax - bx, ay - by) || 1 };
  }

  function movePinch() {
    if (touches.size < 2) return;
    const now = gesture();
    stage.pan(now.middle[0] - pinch.middle[0], now.middle[1] - pinch.middle[1]);
    stage.zoom(now.span / pinch.span, now.middle);
    pinch = now;
  }

  function turnWheel(event) {
    // Without a modifier the wheel is the page's.
    if (event.ctrlKey || event.metaKey) {
      stage.zoom(Math.exp(-event.deltaY / 400), stage.place(event));
    } else if (event.altKey) {
      setRadius(model.get("radius") * Math.exp(-event.deltaY / 600));
    } else return;
    event.preventDefault();
  }
  listen(stage.node, "wheel", turnWheel, { passive: false });
}
