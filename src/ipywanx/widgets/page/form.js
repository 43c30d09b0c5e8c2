// What can be set? One field for each parameter of the function, as its declaration says.

const CONTROLS = { text: promptField, choice: choiceField, seed: seedField, slider: sliderField, check: checkField };

function makeForm({ model, view, text, listen, set }) {
  const node = element("div", { className: "wanx-form" });
  let fields = [];

  const values = () => model.get("values")[model.get("function")] ?? {};
  // What all functions have is set for all: nobody expects ten prompts.
  function setValue(name, value) {
    const here = model.get("function");
    const schema = model.get("schema");
    const all = { ...model.get("values"), [here]: { ...values(), [name]: value } };
    if (schema[here].shared.includes(name)) {
      for (const [other, { shared }] of Object.entries(schema)) {
        if (shared.includes(name)) all[other] = { ...all[other], [name]: value };
      }
    }
    set("values", all);
  }

  function build() {
    const functionHere = model.get("schema")[model.get("function")];
    const word = (pair) => chosen(model, pair);
    fields = functionHere.fields
      .filter((field) => field.control in CONTROLS)
      .map((field) => {
        const id = `wanx-${view}-${field.name}`; // another view has other ids
        const problem = element("div", { className: "wanx-problem", id: `${id}-problem`, role: "status" });
        const made = CONTROLS[field.control]({
          id, field, functionHere, word, text, listen,
          get: () => values()[field.name] ?? field.default,
          set: (value) => {
            setValue(field.name, value);
            check(field, problem, made);
          },
        });
        const { input } = made;
        input?.setAttribute("aria-describedby", problem.id);
        const label = element("label", { className: "wanx-label", htmlFor: id, title: word(field.meaning) }, word(field.title));
        const box = element("div", { className: `wanx-field wanx-field-${field.control}`, "data-field": field.name }, label, made.node, problem);
        return { field, box, problem, made };
      });
    // The prompt, then what only this function has, then what all have.
    const sort = ({ field }) => (field.control === "text" ? 0 : field.own ? 1 : 2);
    fields.sort((a, b) => sort(a) - sort(b));
    node.replaceChildren(...fields.map(({ box }) => box));
    show();
  }

  // Beside the field, while typing: the declaration's own sentence.
  function check(field, problem, made) {
    const said = model.get("problem");
    const own = said.field === field.name ? chosen(model, said.text) : "";
    const wrong = made.wrong?.();
    const sentence = wrong ? `${text("expected")} ${chosen(model, field.expected)}` : own;
    if (problem.textContent !== sentence) problem.textContent = sentence;
    made.input?.setAttribute("aria-invalid", String(Boolean(sentence)));
    return !wrong;
  }

  function show() {
    for (const { field, box, problem, made } of fields) {
      box.hidden = isShownElsewhere(model, field);
      made.show();
      check(field, problem, made);
    }
  }

  return { node, build, show, isRight: () => fields.every((one) => check(one.field, one.problem, one.made)) };
}

// The four scales are the frame's, and a board's picture is a sketch whatever is set.
const isShownElsewhere = (model, field) =>
  (field.name.endsWith("_scale") && Boolean(model.get("stage"))) || (field.name === "is_sketch" && model.get("on_board"));

// ---- controls: each has a node, shows its value, and knows whether what is typed makes sense

function promptField({ id, field, functionHere, word, text, listen, get, set }) {
  const input = element("textarea", { id, rows: 3, className: "wanx-prompt" });
  const count = element("span", { className: "wanx-count" });
  listen(input, "input", () => set(input.value));
  const write = (prompt) => {
    set(prompt);
    show();
    input.focus();
  };
  const chip = (label, prompt, picture) => {
    const node = element("button", { type: "button", className: "wanx-chip", title: prompt }, label);
    if (picture) node.prepend(element("img", { src: picture, alt: "", width: 56, height: 56 }));
    listen(node, "click", () => write(prompt));
    return node;
  };
  const { styles, samples, subject } = functionHere;
  const thing = element("input", { type: "text", className: "wanx-subject", value: subject ? word(subject) : "", "aria-label": text("subject") });
  // The vendor's own wording names its thing in Chinese; left alone, that is what is sent.
  const styled = (style) => {
    const own = thing.value.trim();
    return !subject || !own || own === word(subject) ? style.prompt : style.prompt.replace(subject[1], own);
  };
  const chips = styles.map((style) => {
    const node = chip(word(style.name), style.prompt, style.picture);
    if (subject) {
      node.addEventListener("click", (event) => {
        event.stopImmediatePropagation();
        write(styled(style));
      }, { capture: true });
    }
    return node;
  });
  const tip = element("p", { className: "wanx-tip" }, word(functionHere.tip));
  const node = element("div", {}, tip, input, count);
  if (chips.length) {
    const parts = subject ? [element("label", {}, text("subject"), " ", thing)] : [];
    node.append(row(...parts), element("div", { className: "wanx-chips", role: "group", "aria-label": text("styles") }, ...chips));
  }
  const others = samples.map(word).filter((sample) => !styles.some((style) => style.prompt === sample));
  if (others.length) node.append(element("div", { className: "wanx-chips", role: "group", "aria-label": text("samples") }, ...others.map((sample) => chip(sample, sample))));

  function show() {
    const value = get() ?? functionHere.default_prompt ?? "";
    if (input.value !== value && document.activeElement !== input) input.value = value;
    else if (input.value !== value && value !== undefined && get() !== undefined) input.value = value;
    const length = [...input.value].length;
    count.textContent = `${length} / ${field.longest}`;
    count.classList.toggle("wanx-over", length > field.longest);
  }
  return { node, input, show, wrong: () => [...input.value].length > field.longest };
}

function choiceField({ id, field, get, set, listen, word }) {
  const options = [];
  for (let value = field.low; value <= field.high; value += 1) options.push(value);
  const buttons = options.map((value) => {
    const node = element("button", { type: "button", className: "wanx-choice", role: "radio", "data-value": value }, String(value));
    listen(node, "click", () => { set(value); show(); });
    listen(node, "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = clamp(Number(get()) + step, field.low, field.high);
      set(next);
      show();
      buttons[next - field.low].focus();
    });
    return node;
  });
  const node = element("div", { id, className: "wanx-choices", role: "radiogroup", "aria-label": word(field.title) }, ...buttons);
  function show() {
    for (const button of buttons) {
      const on = Number(button.dataset.value) === Number(get());
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on ? 0 : -1;
    }
  }
  return { node, input: null, show };
}

function sliderField({ id, field, get, set, listen, word }) {
  const slider = element("input", { type: "range", min: field.low, max: field.high, step: field.step ?? "any", "aria-label": word(field.title) });
  const input = element("input", { id, type: "number", min: field.low, max: field.high, step: field.step ?? "any", className: "wanx-number" });
  listen(slider, "input", () => { set(Number(slider.value)); show(); });
  listen(input, "input", () => input.value !== "" && set(Number(input.value)));
  const show = () => {
    slider.value = get();
    if (document.activeElement !== input) input.value = get();
  };
  const wrong = () => input.value === "" || !(Number(input.value) >= field.low && Number(input.value) <= field.high);
  return { node: element("div", { className: "wanx-pair" }, slider, input, field.unit), input, show, wrong };
}

// A seed is drawn for each edit unless it is locked.
function seedField({ id, field, text, get, set, listen }) {
  const input = element("input", { id, type: "number", min: field.low, max: field.high, step: 1, className: "wanx-seed", placeholder: text("drawn") });
  const plain = (name, onClick) => {
    const node = element("button", { type: "button", className: "wanx-plain", "data-name": name }, text(name));
    listen(node, "click", onClick);
    return node;
  };
  const dice = plain("dice", () => { set(Math.floor(Math.random() * (field.high + 1))); show(); });
  const free = plain("free_seed", () => { set(null); show(); });
  listen(input, "input", () => set(input.value === "" ? null : Number(input.value)));
  const show = () => {
    if (document.activeElement !== input || get() === null) input.value = get() ?? "";
    free.disabled = get() === null || get() === undefined;
  };
  const wrong = () => input.value !== "" && !(Number.isInteger(Number(input.value)) && Number(input.value) >= field.low && Number(input.value) <= field.high);
  return { node: element("div", { className: "wanx-pair" }, input, dice, free), input, show, wrong };
}

function checkField({ id, field, word, get, set, listen }) {
  const input = element("input", { id, type: "checkbox" });
  listen(input, "change", () => set(input.checked));
  const meaning = element("label", { className: "wanx-meaning", htmlFor: id }, word(field.meaning));
  return { node: element("div", { className: "wanx-pair" }, input, meaning), input, show: () => { input.checked = Boolean(get()); } };
}
