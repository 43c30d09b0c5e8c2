// How is a piece of the page made?

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// How large a node is shown: a page may scale it, by CSS `transform` or `zoom`.
const scaleOf = (node) => node.getBoundingClientRect().width / parseFloat(getComputedStyle(node).width) || 1;

// Where in a node an event is, in the node's own pixels.
function placeIn(node, { clientX, clientY }) {
  const { left, top } = node.getBoundingClientRect();
  const scale = scaleOf(node);
  return [(clientX - left) / scale - node.clientLeft, (clientY - top) / scale - node.clientTop];
}

// How high a stage may be, so that its tools are seen with it. A frame may be as high as its content is.
const SEEN_PART = 0.62;
const highest = () => SEEN_PART * (window.top === window ? window.innerHeight : window.screen.availHeight);

// Whether the kernel still knows the widget. anywidget's model does not tell, the whole one does.
function liveness(model) {
  let whole = null;
  const found = Promise.resolve(model.widget_manager?.get_model(model.get("own_id")));
  found.then((one) => { whole = one; }).catch(() => {}); // a saved notebook has none
  return () => whole?.comm_live !== false;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

// What is shown when asked for.
const fold = (title, ...nodes) =>
  element("details", { className: "wanx-fold" }, element("summary", {}, title), row(...nodes));

const row = (...nodes) => element("div", { className: "wanx-row" }, ...nodes);
