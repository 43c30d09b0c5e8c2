"""A widget that shows the picture panel and the sizes, so that a browser can drive them alone."""

from typing import Any

import anywidget
import traitlets

from ipywanx.errors import WanxError
from ipywanx.widgets.esm import PICTURE, module, style
from ipywanx.widgets.pictures import PictureSource
from ipywanx.widgets.texts import picture_texts

RENDER = """
function render({ model, el }) {
  const abort = new AbortController();
  const listen = (node, type, handler, options = {}) =>
    node.addEventListener(type, handler, { signal: abort.signal, ...options });
  const send = (content, buffer) => model.send(content, undefined, buffer ? [buffer] : []);
  function showAll() {
    const parts = { model, el, send, listen, text: speaker(model) };
    const shown = [makePicture(parts), makeSizes(parts)];
    el.classList.add("wanx-panel-host");
    el.replaceChildren(...shown.map(({ node }) => node));
    const show = () => shown.forEach((one) => one.show());
    show();
    model.on("change:picture change:variables change:values", show);
  }
  showAll();
  model.on("change:language", showAll);
  return () => abort.abort();
}
export default { render };
"""


class PanelHost(anywidget.AnyWidget):
    """Does with each message what a studio would."""

    _esm = module(*PICTURE) + RENDER
    _css = style("wanx-panel-host", "picture.css")
    picture = traitlets.Dict().tag(sync=True)
    variables = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)

    def __init__(self, last_result: Any = None, **traits: Any) -> None:
        self.source = PictureSource()
        self.chosen = None
        self.last_result = last_result
        self.heard: list[dict[str, Any]] = []
        super().__init__(picture=self.source.describe(None), texts=picture_texts(), **traits)
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        self.heard.append(content)
        if content["kind"] == "variables":
            self.variables = self.source.variables()
            return
        try:
            picture = self.source.take(content, buffers, last_result=self.last_result)
        except WanxError as error:
            self.picture = self.source.describe(self.chosen, error)
        else:
            if picture is not None:
                self.chosen = picture
                self.picture = self.source.describe(picture)
