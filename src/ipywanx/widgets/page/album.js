// How do pictures come? Asked for when they are looked at, a few at a time, the latest wish first.

const AT_ONCE = 4;
const LARGE_FROM = 600;
const LARGE_KEPT = 8;
const LATE_MS = 60000; // an answer that was lost with its connection makes room again

class Album {
  constructor(send) {
    this.send = send;
    this.wishes = new Map(); // key → { ask, promise, resolve, asked }
    this.urls = new Map();
  }

  // A picture's address, or null where it is gone; it may be wished for twice.
  get(id, index, side) {
    const key = `${id}/${index}/${side}`;
    if (this.urls.has(key)) return Promise.resolve(this.urls.get(key));
    let wish = this.wishes.get(key);
    if (!wish) {
      wish = { ask: { kind: "picture", id, index, side }, asked: 0 };
      wish.promise = new Promise((resolve) => (wish.resolve = resolve));
      this.wishes.set(key, wish);
      queueMicrotask(() => this.pump());
    }
    return wish.promise;
  }

  // Nobody looks at it any more: what was not asked for yet never is.
  drop(id, index, side) {
    const key = `${id}/${index}/${side}`;
    if (this.wishes.get(key)?.asked === 0) this.settle(key, null);
  }

  pump() {
    const all = [...this.wishes.values()];
    const waiting = all.filter(({ asked }) => !asked);
    const under = all.filter(({ asked }) => asked && performance.now() - asked < LATE_MS).length;
    for (const wish of waiting.reverse().slice(0, Math.max(0, AT_ONCE - under))) {
      wish.asked = performance.now();
      this.send(wish.ask);
    }
  }

  receive({ kind, id, index, side, missing }, buffers) {
    if (kind === "gone") {
      for (const [key, { ask, asked }] of this.wishes) {
        if (ask.id === id && asked) this.settle(key, null);
      }
    } else if (kind === "picture") {
      const key = `${id}/${index}/${side}`;
      if (!this.wishes.has(key)) return;
      const url = missing ? null : URL.createObjectURL(new Blob([buffers[0]], { type: "image/webp" }));
      if (url) this.urls.set(key, url);
      this.settle(key, url);
      this.tidy();
    }
    this.pump();
  }

  settle(key, url) {
    this.wishes.get(key).resolve(url);
    this.wishes.delete(key);
  }

  tidy() {
    const large = [...this.urls.keys()].filter((key) => Number(key.split("/").pop()) >= LARGE_FROM);
    for (const key of large.slice(0, -LARGE_KEPT)) {
      URL.revokeObjectURL(this.urls.get(key));
      this.urls.delete(key);
    }
  }

  close() {
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
    this.urls.clear();
  }
}
