// How does a cell come to what it shows? Asked for when it is looked at, the latest wish first.

class Glances {
  constructor(send) {
    this.send = send;
    this.wishes = new Map(); // cell → { promise, resolve, asked }
    this.known = new Map(); // cell → what was told, and its pictures' addresses
  }

  // What is told of a cell that has ended; null where nobody could tell.
  get(id) {
    if (this.known.has(id)) return Promise.resolve(this.known.get(id));
    let wish = this.wishes.get(id);
    if (!wish) {
      wish = { asked: 0 };
      wish.promise = new Promise((resolve) => (wish.resolve = resolve));
      this.wishes.set(id, wish);
      queueMicrotask(() => this.pump());
    }
    return wish.promise;
  }

  // Nobody looks at it any more: what was not asked for yet never is.
  drop(id) {
    if (this.wishes.get(id)?.asked === 0) this.settle(id, null);
  }

  // It is not what it was.
  forget(id) {
    for (const url of this.known.get(id)?.urls ?? []) URL.revokeObjectURL(url);
    this.known.delete(id);
    if (this.wishes.has(id)) this.settle(id, null);
  }

  pump() {
    const all = [...this.wishes].map(([id, wish]) => ({ id, wish }));
    const waiting = all.filter(({ wish }) => !wish.asked);
    const under = all.filter(({ wish: { asked } }) => asked && performance.now() - asked < LATE_MS);
    for (const { id, wish } of waiting.reverse().slice(0, Math.max(0, AT_ONCE - under.length))) {
      wish.asked = performance.now();
      this.send({ kind: "glance", id });
    }
  }

  receive(message, buffers) {
    const { kind, id } = message;
    if (!["glance", "gone"].includes(kind) || !this.wishes.get(id)?.asked) return;
    if (kind === "gone") this.settle(id, null);
    else {
      const urls = (buffers ?? []).map((data) => URL.createObjectURL(new Blob([data], { type: "image/webp" })));
      this.known.set(id, { ...message, urls });
      this.settle(id, this.known.get(id));
    }
    this.pump();
  }

  settle(id, told) {
    this.wishes.get(id).resolve(told);
    this.wishes.delete(id);
  }

  close() {
    for (const id of [...this.known.keys()]) this.forget(id);
  }
}
