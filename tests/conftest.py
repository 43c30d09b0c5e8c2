"""What every test gets: a clean environment, no network, and photographs to edit."""

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import hypothesis
import pytest
from PIL import Image
from scripts import binder as binder_builder
from tests.bilingual import OURS, spoken_alike
from tests.cut_off.sitecustomize import attempts
from tests.once import made_once

from ipywanx import keys
from ipywanx.errors import WanxError
from ipywanx.text import Text, prefer_language

hypothesis.settings.register_profile("ipywanx", deadline=None)
hypothesis.settings.load_profile("ipywanx")

SMALLEST_SIDE = 512  # the service takes nothing smaller


@pytest.fixture(autouse=True)
def network_attempts() -> Iterator[list[str]]:
    """Fail the test that reached for the network, even where its error was swallowed."""
    attempts.clear()
    yield attempts
    if attempts:
        pytest.fail("; ".join(attempts))


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Give the test its own home, and no key, setting or proxy of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        foreign = ("DASHSCOPE_", "IPYWANX_", "JUPYTER_", "XDG_")
        if name.startswith(foreign) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGUAGE", "en")
    prefer_language(None)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    monkeypatch.setenv("IPYWANX_HOME", str(home / "ipywanx"))
    # The keyring of the person who runs the tests is not asked, here or in processes from here.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(keys, "_from_keyring", functools.cache(keys._from_keyring.__wrapped__))


@pytest.fixture(autouse=True)
def bilingual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test in which the package made an error that is not said in both languages."""
    untold: list[Text] = []
    make = WanxError.__init__

    def watch(error: WanxError, message: str | Text, *, hint: str | Text = "") -> None:
        make(error, message, hint=hint)
        frame = sys._getframe(1)
        while frame.f_code.co_name == "__init__" and frame.f_back:  # of the classes between
            frame = frame.f_back
        if OURS in Path(frame.f_code.co_filename).parents:
            told = filter(str, (error.what, error.advice))
            untold.extend(text for text in told if not spoken_alike(text))

    monkeypatch.setattr(WanxError, "__init__", watch)
    yield
    assert untold == []


class Photos(Mapping[str, Image.Image]):
    """Photographs that scikit-image and scikit-learn carry, each read when first asked for."""

    NAMES = ("astronaut", "cat", "coffee", "china", "flower")

    def __getitem__(self, name: str) -> Image.Image:
        """Return the photograph: RGB, both sides at least as long as the service wants them."""
        if name not in self.NAMES:
            raise KeyError(name)
        return self._read(name).copy()

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self.NAMES)

    def __len__(self) -> int:
        """Count them."""
        return len(self.NAMES)

    @staticmethod
    @functools.cache
    def _read(name: str) -> Image.Image:
        if name in {"china", "flower"}:
            from sklearn.datasets import load_sample_image

            pixels = load_sample_image(f"{name}.jpg")
        else:
            import skimage.data

            pixels = getattr(skimage.data, "chelsea" if name == "cat" else name)()
        picture = Image.fromarray(pixels).convert("RGB")
        factor = max(1.0, SMALLEST_SIDE / min(picture.size))
        width, height = (round(side * factor) for side in picture.size)
        return picture.resize((width, height), Image.Resampling.LANCZOS)


@pytest.fixture(scope="session")
def photos() -> Photos:
    """All photographs by name; each access is a copy."""
    return Photos()


@pytest.fixture(scope="session")
def photo(photos: Photos) -> Callable[[str], Image.Image]:
    """Return a copy of the photograph: ``photo("china")``."""
    return photos.__getitem__


@pytest.fixture(scope="session")
def photo_file(photos: Photos) -> Callable[..., Path]:
    """Write a photograph to a file and return its path: ``photo_file("cat", tmp_path)``."""

    def write(name: str, folder: Path, suffix: str = ".png") -> Path:
        path = folder / f"{name}{suffix}"
        photos[name].save(path)
        return path

    return write


Served = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def served() -> Iterator[Served]:
    """Start ``python -m ipywanx serve --port 0 …``: the process and its base URL."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "ipywanx", "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("DASHSCOPE_HTTP_BASE_URL="), process.communicate()
        return process, line.strip().partition("=")[2]

    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def binder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[binder_builder.Built]:
    """Build what Binder would start, of the files that git knows, once for all workers.

    For the whole session, and so before a test gets its own home: pip finds its cache and settings.
    """
    try:
        binder_builder.interpreter()
    except binder_builder.BinderError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the one of all workers
    with made_once(folder / "binder", binder_builder.build) as made:
        yield binder_builder.Built.within(made)
