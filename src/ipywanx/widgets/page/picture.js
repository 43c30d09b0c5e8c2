// Which picture is edited? Where it comes from, and what it is. Choosing one sends nothing anywhere.

const PART_BYTES = 4 * 1024 * 1024; // a notebook's server closes the connection on 10 MB at once
const PICTURE_SIGN = "M4 5h16v14H4z M4 16l5-5 4 4 2-2 5 5 M15.5 8.5h.01";

function makePicture({ model, el, send, text, listen }) {
  const status = element("div", { className: "wanx-picture-status", role: "status" });
  const problem = element("div", { className: "wanx-picture-problem", role: "alert" });
  let refused = ""; // what the page itself refused; Python has not heard of it

  // -- where it comes from

  function ask(content, buffer) {
    refused = "";
    send({ kind: "picture", ...content }, buffer);
    status.textContent = text("picture_reading").replace("{name}", content.name ?? content.url ?? text("picture_result"));
  }
  function refuse(sentence) {
    refused = sentence;
    show();
  }
  async function takeFile(file) {
    const most = model.get("picture").limits?.bytes ?? 0;
    if (file.size > most) {
      const [n, limit] = [file.size, most].map((bytes) => String(Math.ceil(bytes / 2 ** 20)));
      refuse(text("picture_too_large").replace("{name}", file.name).replace("{n}", n).replace("{most}", limit));
      return;
    }
    const bytes = await file.arrayBuffer();
    const parts = Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES));
    for (let part = 0; part < parts; part += 1) {
      const place = parts > 1 ? { part, parts } : {};
      ask({ source: "upload", name: file.name, ...place }, bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES));
    }
  }
  // A file, or an address where there is none; from a drop or the clipboard.
  function takeTransfer(transfer) {
    const [file] = transfer?.files ?? [];
    const lines = (transfer?.getData("text/uri-list") || transfer?.getData("text/plain") || "").trim();
    const [url] = lines.split(/\s+/).filter((line) => /^https?:\/\//i.test(line));
    if (file) takeFile(file);
    else if (url) ask({ source: "url", url });
    return Boolean(file || url);
  }

  const file = element("input", { type: "file", accept: "image/*", hidden: true, tabIndex: -1, "aria-hidden": "true" });
  listen(file, "change", () => {
    const [picked] = file.files;
    if (picked) takeFile(picked);
    file.value = ""; // the same file can be chosen again
  });
  const preview = element("img", { className: "wanx-picture-preview", alt: "" });
  const invitation = element("span", { className: "wanx-picture-invitation" }, icon(PICTURE_SIGN), element("span", {}, text("picture_choose")));
  const target = element("button", { type: "button", className: "wanx-picture-target", title: text("picture_choose") }, preview, invitation);
  listen(target, "click", () => file.click());

  const address = element("input", { type: "text", inputMode: "url", className: "wanx-picture-address", placeholder: "https://", "aria-label": text("picture_url"), spellcheck: false });
  const use = (name, onClick) => {
    const button = element("button", { type: "button", className: "wanx-plain", "aria-label": `${text("picture_use")}: ${text(name)}` }, text("picture_use"));
    listen(button, "click", onClick);
    return button;
  };
  const useAddress = () => address.value.trim() && ask({ source: "url", url: address.value.trim() });
  listen(address, "keydown", (event) => event.key === "Enter" && !event.isComposing && !event.ctrlKey && !event.metaKey && useAddress());
  const variable = element("select", { className: "wanx-picture-variable", "aria-label": text("picture_variable") });
  const useVariable = use("picture_variable", () => ask({ source: "variable", name: variable.value }));
  const refresh = () => send({ kind: "variables" });
  const result = element("button", { type: "button", className: "wanx-plain", "data-name": "result" }, text("picture_result"));
  listen(result, "click", () => ask({ source: "result" }));

  // -- what it is

  const title = element("strong", { className: "wanx-picture-name" });
  const facts = element("span", { className: "wanx-facts" });
  const notices = element("ul", { className: "wanx-picture-notices" });
  const node = element("section", { className: "wanx-picture-panel", "aria-label": text("picture") },
    target,
    element("div", { className: "wanx-picture-side" },
      element("div", { className: "wanx-picture-about" }, title, " ", facts, notices, status, problem),
      row(element("label", { className: "wanx-picture-label" }, text("picture_url"), address), use("picture_url", useAddress)),
      row(element("label", { className: "wanx-picture-label" }, text("picture_variable"), variable), useVariable, result)),
    file);

  listen(variable, "focus", refresh);
  listen(node, "pointerenter", refresh);
  // Wherever a file is let go in the view, it is meant for here; text that is dragged into a field is not.
  let depth = 0; // dragenter and dragleave come for each part under the pointer
  function hover(by) {
    depth = by ? Math.max(0, depth + by) : 0;
    el.classList.toggle("wanx-picture-over", depth > 0);
    status.textContent = depth ? text("picture_drop") : "";
  }
  const own = (event) => {
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would take a file for its file browser
  };
  const onDrag = (type, handler) => listen(el, type, (event) => {
    const types = event.dataTransfer?.types ?? [];
    const isMeant = node.contains(event.target) || types.includes("Files")
      || (types.includes("text/uri-list") && !event.target.closest?.("input, textarea"));
    if (!node.isConnected || !isMeant) return;
    own(event);
    handler(event);
  });
  onDrag("dragenter", () => hover(1));
  onDrag("dragover", () => {});
  onDrag("dragleave", () => hover(-1));
  onDrag("drop", (event) => {
    hover(0);
    if (!takeTransfer(event.dataTransfer)) refuse(text("picture_no_picture"));
  });
  listen(el, "paste", (event) => {
    const types = event.target.closest?.("input, textarea") && !event.clipboardData.files.length;
    if (types || !node.isConnected || !takeTransfer(event.clipboardData)) return;
    own(event);
  });

  function show() {
    const picture = model.get("picture");
    title.textContent = picture.name || text("picture_none");
    const size = picture.width ? `${picture.width} × ${picture.height} ${text("picture_px")}` : "";
    const weight = picture.bytes ? `${Math.max(1, Math.round(picture.bytes / 1024)).toLocaleString("en")} kB` : "";
    facts.textContent = [size, picture.format, weight].filter(Boolean).join(" · ");
    notices.replaceChildren(...(picture.notices ?? []).map((said) => element("li", {}, chosen(model, said))));
    status.textContent = picture.name && !picture.preview ? text("picture_address") : "";
    const wrong = refused || chosen(model, picture.problem ?? "");
    const still = wrong && picture.name ? ` ${text("picture_kept").replace("{name}", picture.name)}` : "";
    problem.textContent = wrong + still;
    preview.hidden = !picture.preview;
    if (picture.preview && preview.src !== picture.preview) preview.src = picture.preview;
    preview.alt = picture.preview ? text("picture_alt").replace("{name}", picture.name) : "";
    invitation.classList.toggle("wanx-picture-small", Boolean(picture.preview));
    node.classList.toggle("wanx-picture-below", Boolean(picture.preview && model.get("stage"))); // there it is large

    const names = model.get("variables");
    const listed = [...variable.options].map((option) => option.value).join("\n");
    if (!variable.options.length || listed !== names.join("\n")) {
      const before = variable.value;
      variable.replaceChildren(...(names.length ? names : [""]).map((name) => element("option", { value: name }, name || text("picture_no_variables"))));
      if (names.includes(before)) variable.value = before;
    }
    useVariable.disabled = !names.length;
  }
  return { node, show };
}
