"""How does a part look? In both themes and languages, narrow and wide, photographed."""

from lab import Notebook
from playwright.sync_api import Locator, Page

THEMES = ["light", "dark"]
WIDTHS = [600, 1600]
LANGUAGES = ["en", "zh"]
TOO_WIDE = """node => [...node.querySelectorAll('*')].filter(
  one => one.clientWidth && !one.matches('.wanx-aloud') && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 90))"""


def use_theme(page: Page, theme: str) -> None:
    """Let JupyterLab look light or dark. It is the server's, and so the next test's as well."""
    use = "title => window.jupyterapp.commands.execute('apputils:change-theme', { theme: title })"
    page.evaluate(use, f"JupyterLab {theme.title()}")
    page.wait_for_function(
        "light => document.body.dataset.jpThemeLight === light", arg=str(theme == "light").lower()
    )


def photograph(notebook: Notebook, view: Locator, name: str, theme: str, width: int) -> None:
    """Show a view so wide in a theme, assert that it all fits, and keep a screenshot."""
    page = notebook.page
    use_theme(page, theme)
    page.set_viewport_size({"width": 1800, "height": 1300})
    view.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    try:
        assert view.evaluate(TOO_WIDE) == []
        notebook.screenshot(f"{name}_{theme}_{width}")
    finally:
        use_theme(page, "light")
