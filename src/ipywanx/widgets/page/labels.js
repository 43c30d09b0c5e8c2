// What is said where? Each place names its word, so that another language is read in place.

const says = (node, name) => mark(node, "says", name);
const named = (node, name) => mark(node, "named", name);

function mark(node, how, name) {
  node.dataset[how] = name;
  return node;
}

function speak(root, text) {
  for (const node of root.querySelectorAll("[data-says]")) node.textContent = text(node.dataset.says);
  for (const node of root.querySelectorAll("[data-named]")) {
    const word = text(node.dataset.named);
    node.setAttribute("aria-label", word);
    if (node.matches("input[type=search], input[type=text]")) node.placeholder = word;
    else if (node.matches("button")) node.title = word;
  }
}

const wordButton = (name, listener) => {
  const node = says(element("button", { type: "button", className: "wanx-plain" }), name);
  node.dataset.name = name;
  node.addEventListener("click", listener);
  return node;
};

const signButton = (name, path, listener) => {
  const node = named(element("button", { type: "button", className: "wanx-sign" }, icon(path)), name);
  node.dataset.name = name;
  node.addEventListener("click", listener);
  return node;
};

// One button for each picture of a result, none for a single one. They stay the same nodes while
// details come in: a focused one keeps the focus.
function showNumbers(box, count, index, text, choose) {
  const wanted = count > 1 ? count : 0;
  while (box.children.length > wanted) box.lastChild.remove();
  while (box.children.length < wanted) {
    const at = box.children.length;
    const node = element("button", { type: "button", className: "wanx-plain" }, String(at + 1));
    node.addEventListener("click", () => choose(at));
    box.append(node);
  }
  [...box.children].forEach((node, at) => {
    node.setAttribute("aria-label", text("picture_n").replace("{n}", at + 1));
    node.setAttribute("aria-pressed", String(at === index));
  });
}

const ICONS = {
  star: "M12 3l2.8 5.8 6.2.9-4.5 4.4 1.1 6.3L12 17.4 6.4 20.4l1.1-6.3L3 9.7l6.2-.9z",
  close: "M5 5l14 14M19 5L5 19",
  previous: "M15 4l-8 8 8 8",
  next: "M9 4l8 8-8 8",
  zoom_in: "M12 5v14M5 12h14",
  zoom_out: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};
