// Where is the person at work? A result is shown to whoever waits for it, and to nobody else.

const RECENT_MS = 5000;

function makeAttention({ el, listen }) {
  let asked = -Infinity; // when this view last sent something
  let away = -Infinity; // when the person last did something else on the page
  let own = -Infinity; // when it was in this view
  const note = (event) => {
    const now = performance.now();
    if (el.contains(event.target)) own = now;
    else own = -Infinity;
    away = now;
  };
  for (const type of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    listen(el.ownerDocument, type, note, { capture: true, passive: true });
  }
  return {
    mark: () => { asked = performance.now(); },
    isHere: () => asked > away,
    isMine: () => performance.now() - own < RECENT_MS,
  };
}

// Brings something into sight, and lets it shine for a moment.
function pointAt(node) {
  if (!node) return;
  node.scrollIntoView({ block: "nearest" });
  node.classList.add("wanx-pointed");
  node.addEventListener("animationend", () => node.classList.remove("wanx-pointed"), { once: true });
}

// The button's answer to a click: that it was heard, and for so long no second one.
const RECEIPT_MS = 600;

function makeReceipt({ button, text }) {
  let timer = null;
  function reset() {
    clearTimeout(timer);
    timer = null;
    button.removeAttribute("aria-disabled");
    button.textContent = text("submit");
  }
  return {
    isFresh: () => timer !== null,
    give: () => {
      button.setAttribute("aria-disabled", "true");
      button.textContent = text("sent");
      timer = setTimeout(reset, RECEIPT_MS);
    },
    reset,
    close: () => clearTimeout(timer),
  };
}
