// Which scales has the frame? What the hand does is set at once here, and sent now and then.

const TOLD_EVERY_MS = 100;

function makeScales(model) {
  const isKnown = () => model.get("size").length === 2;
  const stored = () => Object.fromEntries(SIDES.map((side) => [side, model.get(`${side}_scale`)]));
  let toldAt = -Infinity;
  let later = 0;
  function tell(now) {
    clearTimeout(later);
    later = 0;
    const wait = now ? 0 : toldAt + TOLD_EVERY_MS - performance.now();
    if (wait > 0) {
      later = setTimeout(() => tell(true), wait);
      return;
    }
    toldAt = performance.now();
    model.save_changes();
  }
  function put(frame, now = false) {
    if (sameFrame(frame, stored())) {
      if (now && later) tell(true);
      return;
    }
    model.set(Object.fromEntries(SIDES.map((side) => [`${side}_scale`, frame[side]])));
    tell(now); // all views have heard of it already, by the model's change
  }
  return {
    limits: model.get("limits"),
    isKnown,
    size: () => (isKnown() ? model.get("size") : [400, 300]), // of a picture that is not here only a shape
    stored,
    put,
    flush: () => later && tell(true),
  };
}
