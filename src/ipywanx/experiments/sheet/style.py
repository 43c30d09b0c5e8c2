"""How does a sheet look in a browser? Its colours by light and dark, and a cell that is opened."""

PAGE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2730;--quiet:#59636e;--line:#d9dee4;
--slot:#f3f5f7;--caption:#2a5a86;--failed:#a8361f;--failed-slot:#fdf4f2}
@media (prefers-color-scheme:dark){:root{--paper:#15191e;--ink:#e4e8ec;--quiet:#9aa5b1;
--line:#343c45;--slot:#1e242b;--caption:#8ab8e6;--failed:#f2998a;--failed-slot:#2c1d1b}}
body{margin:0;padding:2rem;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:1.5rem;font-weight:600;margin:0 0 1.5rem}
a{color:var(--caption)}
.scroll{overflow-x:auto}
.blocks{display:flex;gap:2.5rem;align-items:flex-start;width:max-content;margin:0 0 2rem}
table{border-spacing:8px;margin:0 -8px}
caption{text-align:left;padding:0 8px 4px;font-size:1.1em;color:var(--caption)}
caption.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th{font-weight:500;padding:0;overflow-wrap:anywhere}
th[scope=row]{text-align:left;padding-right:8px}
th[scope=col]{vertical-align:bottom;max-width:var(--wide)}
th[scope=row] span{width:max-content;max-width:16rem}
th.title{white-space:nowrap;color:var(--quiet);font-weight:400;font-size:.9em;text-align:left}
th span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:6;overflow:hidden}
td{padding:0;vertical-align:top;width:var(--wide);min-width:var(--wide);height:var(--high)}
thead td{width:auto;min-width:0;height:auto}
figure{margin:0}
.pictures{display:grid;gap:2px;place-items:center;height:var(--high);width:var(--wide)}
.pictures.several{grid-template-columns:1fr 1fr}
.pictures img{max-width:100%;max-height:var(--high);object-fit:contain;min-height:0}
.several img{max-height:calc(var(--high) / 2 - 1px)}
.pair img{max-height:var(--high)}
.open{display:block;text-decoration:none;color:inherit}
.open:focus-visible{outline:3px solid var(--caption);outline-offset:2px}
.blank{box-sizing:border-box;width:var(--wide);height:var(--high);padding:10px;overflow:hidden;
background:var(--slot);border:1px solid var(--line);color:var(--quiet)}
.blank.failed{background:var(--failed-slot);
border-color:color-mix(in srgb,var(--failed) 45%,transparent)}
.blank.failed b{color:var(--failed)}
.blank b{font-weight:600;display:block}
.blank small{display:block}
figcaption{font-size:.86em;color:var(--quiet);text-align:center;max-width:var(--wide)}
footer{border-top:1px solid var(--line);padding-top:1rem;color:var(--quiet);max-width:64rem}
footer p{margin:.2rem 0;overflow-wrap:anywhere}
.more{display:none}
figure:target{position:fixed;inset:0;z-index:2;overflow:auto;background:var(--paper);
padding:1.5rem;display:grid;grid-template-columns:minmax(0,1fr) minmax(18rem,26rem);gap:1.5rem}
figure:target>figcaption{display:none}
figure:target .more{display:block;overflow-wrap:anywhere}
figure:target .pictures{width:100%;height:calc(100vh - 3rem)}
figure:target .pictures img{max-height:calc(100vh - 3rem);width:100%;height:100%}
figure:target .several img{max-height:calc(50vh - 1.5rem)}
figure:target .pair img{max-height:calc(100vh - 3rem)}
figure:target .blank{width:100%;height:auto;min-height:12rem}
.bar{display:flex;gap:1rem;margin:0 0 1rem}
.bar a:first-child{margin-right:auto}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem;margin:0 0 1rem}
dt{color:var(--quiet)}
dd{margin:0}
pre{background:var(--slot);border:1px solid var(--line);padding:.8rem;overflow:auto;
font-size:.86em;white-space:pre-wrap}
@media (max-width:50rem){body{padding:1rem}figure:target{display:block}
figure:target .pictures{height:auto}}
"""
"""Of a file."""

NOTEBOOK = """
.ipywanx-sheet{line-height:1.45}
.ipywanx-sheet .scroll{overflow-x:auto}
.ipywanx-sheet .blocks{display:flex;gap:2em;align-items:flex-start;width:max-content;
margin:0 0 1em}
.ipywanx-sheet table{border-collapse:separate;border-spacing:6px;margin:0}
.ipywanx-sheet caption{text-align:left;font-weight:600;padding:0 6px;caption-side:top;color:inherit}
.ipywanx-sheet caption.hidden{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}
div.ipywanx-sheet table tbody tr:nth-child(n),div.ipywanx-sheet table thead tr:nth-child(n),
div.ipywanx-sheet table tr td,div.ipywanx-sheet table tr th{background:none;border:0}
div.ipywanx-sheet table tr th{font-weight:500;padding:0;overflow-wrap:anywhere;white-space:normal}
div.ipywanx-sheet table tr th[scope=row]{text-align:left;vertical-align:middle;padding-right:6px;
min-width:7em;max-width:14em}
.ipywanx-sheet th[scope=row] span{display:block;width:max-content;max-width:14em}
div.ipywanx-sheet table tr th[scope=col]{vertical-align:bottom;text-align:center;
max-width:var(--wide)}
div.ipywanx-sheet table tr th.title{white-space:nowrap;opacity:.75;font-weight:400;text-align:left}
div.ipywanx-sheet table tr td{padding:0;vertical-align:top;text-align:center;width:var(--wide);
min-width:var(--wide);max-width:none}
div.ipywanx-sheet table thead tr td{width:auto;min-width:0}
.ipywanx-sheet figure{margin:0}
.ipywanx-sheet .pictures{display:grid;gap:2px;place-items:center;width:var(--wide)}
.ipywanx-sheet .pictures.several{grid-template-columns:1fr 1fr}
.ipywanx-sheet img{max-width:100%;height:auto;display:block;margin:0}
.ipywanx-sheet .blank{box-sizing:border-box;width:var(--wide);min-height:5em;padding:8px;
border:1px dashed currentColor;opacity:.75;text-align:left;overflow-wrap:anywhere}
.ipywanx-sheet .blank b,.ipywanx-sheet .blank small{display:block}
.ipywanx-sheet figcaption{font-size:.9em;opacity:.75;max-width:var(--wide);margin:0 auto}
.ipywanx-sheet .notes{opacity:.8}
"""
"""Under a cell, in the notebook's own colours."""

SCRIPT = """
addEventListener('keydown', event => {
  const opened = document.querySelector('figure:target')
  const way = {Escape: 'close', ArrowLeft: 'back', ArrowRight: 'on'}[event.key]
  const link = opened && way && opened.querySelector('.bar .' + way)
  if (link) { event.preventDefault(); link.click() }
})
addEventListener('hashchange', () => {
  const opened = document.querySelector('figure:target')
  const shown = opened || document.querySelector('td:target')
  shown?.querySelector(opened ? '.close' : '.open')?.focus()
})
"""
"""Keys, for those who like them; everything is there without."""
