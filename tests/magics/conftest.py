"""An IPython shell without a front end."""

import pytest
from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def shell(photo):
    """An IPython shell with the extension loaded and a photo in its namespace."""
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "ipywanx")
    shell.push({"photo": photo("cat").resize((520, 520))})
    return shell
