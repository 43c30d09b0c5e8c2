// What is under way? A row for each task, whose seconds go on without the kernel.

function makeQueue({ model, text, listen, send, open }) {
  const last = element("div", { className: "wanx-last", role: "status", hidden: true });
  const list = element("ul", { className: "wanx-queue", "aria-label": text("queue") });
  const node = element("section", { className: "wanx-queue-box", "aria-live": "polite" }, list, last);
  let timer = null;

  function button(name, content) {
    const made = element("button", { type: "button", className: "wanx-plain", "data-name": name }, text(name));
    made.addEventListener("click", () => send(content));
    return made;
  }

  function item(job) {
    const ended = job.took !== null;
    const parts = [
      element("span", { className: `wanx-state wanx-${job.state.toLowerCase()}` }, text(`state_${job.state}`)),
      element("span", { className: "wanx-what" }, chosen(model, model.get("schema")[job.function]?.title ?? job.function)),
      element("span", { className: "wanx-said" }, job.prompt),
    ];
    const facts = element("span", { className: "wanx-facts" });
    parts.push(facts);
    if (job.price) parts.push(element("span", { className: "wanx-facts" }, `CNY ${job.price.toFixed(2)}`));
    const bar = element("progress", { max: 1, value: 0, "aria-label": text("progress") });
    if (!ended) parts.push(bar);
    if (["QUEUED", "PENDING"].includes(job.state)) parts.push(button("cancel", { kind: "cancel", job: job.id }));
    else if (!ended) parts.push(element("span", { className: "wanx-facts" }, text("cannot_cancel")));
    if (["FAILED", "CANCELED", "UNKNOWN"].includes(job.state)) parts.push(button("retry", { kind: "retry", job: job.id }));
    if (ended) parts.push(button("dismiss", { kind: "dismiss", job: job.id }));
    if (job.error.length) parts.push(element("div", { className: "wanx-problem" }, chosen(model, job.error)));
    const made = element("li", { "data-job": job.id, "data-state": job.state }, ...parts);
    made.tick = () => {
      const seconds = ended ? job.took : Math.max(0, (Date.now() - job.began) / 1000);
      const place = !ended && job.place >= 2 ? ` · ${text("place").replace("{n}", job.place + 1)}` : "";
      const isLate = !ended && job.expected && seconds > job.expected;
      const expected = !ended && job.expected && !isLate ? ` / ~${Math.max(1, Math.round(job.expected))} s` : " s";
      const longer = isLate ? ` · ${text("longer")}` : "";
      facts.textContent = `${ended ? seconds.toFixed(1) : Math.round(seconds)}${expected}${longer}${place}`;
      bar.value = job.expected ? 1 - Math.exp(-seconds / job.expected) : 0;
    };
    made.tick();
    return made;
  }

  const tick = () => { for (const one of list.children) one.tick(); };
  function show() {
    const jobs = [...model.get("queue")].reverse();
    list.replaceChildren(...jobs.map(item));
    node.hidden = !jobs.length && last.hidden;
    const goesOn = jobs.some((job) => job.took === null);
    if (goesOn && !timer) timer = setInterval(tick, 500);
    if (!goesOn && timer) timer = clearInterval(timer) ?? null;
  }
  // The last result in a line, where it was not opened or there is something to say of it.
  function finish(result, isOpen) {
    const notices = result.notices.map((notice) => element("div", { className: "wanx-notice" }, chosen(model, notice)));
    const line = element("div", {}, text("ready").replace("{n}", result.took));
    if (!isOpen) {
      const look = element("button", { type: "button", className: "wanx-plain", "data-name": "look" }, text("look"));
      listen(look, "click", () => { open(result); clear(); });
      line.append(" ", look);
    }
    last.replaceChildren(line, ...notices);
    last.hidden = isOpen && !notices.length;
    show();
  }
  function clear() {
    last.hidden = true;
    show();
  }
  return { node, show, finish, clear, close: () => clearInterval(timer) };
}
