// In which language? Texts come as [English, Chinese]; the model says which one is read.

const chosen = (model, pair) => (Array.isArray(pair) ? pair[model.get("language") === "zh" ? 1 : 0] : pair);

const speaker = (model) => (name) => chosen(model, model.get("texts")[name] ?? name);
