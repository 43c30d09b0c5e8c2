// How does Python hear of it? One message for each shape or step, which it acknowledges.
//
// An ink stays on the stage until Python's own drawing of it is on the screen, so that there is no
// frame without the stroke.

const BUSY_AFTER_MS = 2000;

class Post {
  constructor(model, stage, say, text) {
    Object.assign(this, { model, stage, say, text });
    this.view = Math.random().toString(36).slice(2, 10);
    this.count = 0;
    this.retuning = null;
    this.wished = null;
  }

  draw(ink) {
    const shape = isBrush(ink.tool) ? "stroke" : ink.tool === "lasso" ? "polygon" : ink.tool;
    const points = isBox(shape) ? boxAround(ink.points) : ink.points;
    const { erase, color, radius, radii } = ink;
    const numbers = radii
      ? radii.flatMap((one, i) => [points[2 * i], points[2 * i + 1], one])
      : points;
    const content = { kind: "draw", shape, erase, color, radius, pen: Boolean(radii) };
    this.send(content, ink, Float32Array.from(numbers).buffer);
  }

  act(name, more = {}) {
    return this.send({ kind: "act", name, ...more });
  }

  // Another tolerance does the wand's last step again: one at a time, and always the last wish.
  retune(tolerance) {
    if (!this.model.get("state").wand) return;
    this.wished = tolerance;
    if (this.retuning) return;
    this.retuning = this.act("retune", { tolerance });
    this.wished = null;
  }

  send(content, ink = {}, buffer = null) {
    const id = `${this.view}-${++this.count}`;
    try {
      if (!this.alive()) throw new Error("the kernel does not know this widget any more");
      this.model.send({ ...content, id }, undefined, buffer ? [buffer] : []);
    } catch {
      this.say("lost", this.text("lost"));
      return null;
    }
    this.stage.waiting.set(id, { ink, since: performance.now() });
    this.stage.repaint();
    setTimeout(() => this.tellBusy(), BUSY_AFTER_MS + 50);
    return id;
  }

  async receive(message) {
    if (message.kind !== "ack" || !this.stage.waiting.has(message.id)) return;
    if (message.id === this.retuning) {
      this.retuning = null;
      if (this.wished !== null) this.retune(this.wished);
    }
    await this.stage.drawn();
    this.stage.waiting.delete(message.id);
    this.stage.repaint();
    this.tellBusy();
  }

  alive() {
    return this.stage.surface?.comm_live !== false;
  }

  tellLife() {
    this.say("lost", this.alive() ? "" : this.text("lost"));
  }

  tellBusy() {
    const waiting = [...this.stage.waiting.values()];
    const late = waiting.some(({ since }) => performance.now() - since > BUSY_AFTER_MS);
    this.say("busy", late ? this.text("busy").replace("{n}", waiting.length) : "");
  }
}
