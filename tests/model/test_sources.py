"""Is whatever holds pixels taken, and everything else refused in words, at every door?"""

import asyncio
import base64
import io
import re
import tempfile
import types
import zipfile

import numpy as np
import pytest
from IPython.display import Image as Display
from PIL import Image
from tests.model.test_images import encoded, far_off, refusal, scene
from tests.model.viewer import far_apart

import ipywanx as wx
from ipywanx.errors import UnusableImage
from ipywanx.model.drawings import Drawing
from ipywanx.model.loading import load, open_image
from ipywanx.model.namespace import picture_names

PHOTO = scene(600, 520)
DATA = encoded(PHOTO)
PIXELS = np.asarray(PHOTO)


class Tensor:
    """An array as PyTorch has it: on a graph, on a device, and neither is NumPy's."""

    def __init__(self, array: np.ndarray, *, graph: bool = True, device: str = "cuda:0") -> None:
        self.array, self.graph, self.device = array, graph, device

    def detach(self) -> "Tensor":
        """It without its graph."""
        return Tensor(self.array, graph=False, device=self.device)

    def cpu(self) -> "Tensor":
        """It in the machine's own memory."""
        return Tensor(self.array, graph=self.graph, device="cpu")

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        if self.graph:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.device != "cpu":
            raise TypeError(f"can't convert {self.device} device type tensor to numpy.")
        return self.array


class Shy:
    """An array on a device that gives nothing away."""

    def __array__(self) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


class Plot:
    """What shows itself in a notebook as a PNG."""

    def _repr_png_(self) -> bytes:
        return DATA


class Photo:
    """What shows itself as a JPEG, with a word on it, as IPython lets it."""

    def _repr_png_(self) -> None:
        raise ValueError("not today")

    def _repr_jpeg_(self) -> tuple[str, dict[str, int]]:
        data = encoded(PHOTO, "JPEG", quality=100, subsampling=0)
        return base64.b64encode(data).decode(), {"width": 600}


class OnlyForward(io.RawIOBase):
    """A stream as the network gives it: it cannot be read again."""

    def __init__(self) -> None:
        self.left = io.BytesIO(DATA)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:
        """Give some bytes."""
        return self.left.readinto(buffer[:1000])


def archive() -> zipfile.ZipFile:
    """An archive of one picture."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a/photo.png", DATA)
    return zipfile.ZipFile(stream)


def spooled() -> tempfile.SpooledTemporaryFile:
    """A file as web frameworks give an upload."""
    file = tempfile.SpooledTemporaryFile()  # noqa: SIM115 - the test reads it
    file.write(DATA)
    return file


TAKEN = {
    "a stream": lambda: io.BytesIO(DATA),
    "a buffered stream": lambda: io.BufferedReader(io.BytesIO(DATA)),
    "a stream of the network": lambda: io.BufferedReader(OnlyForward()),
    "a file in an archive": lambda: archive().open("a/photo.png"),
    "an upload": spooled,
    "IPython's image": lambda: Display(DATA),
    "IPython's JPEG": lambda: Display(encoded(PHOTO, "JPEG", quality=100, subsampling=0)),
    "what shows itself": Plot,
    "what shows itself as a JPEG": Photo,
    "a tensor, channels first": lambda: Tensor(np.moveaxis(PIXELS, -1, 0) / np.float32(255)),
    "a tensor, channels last": lambda: Tensor(PIXELS),
    "an array, channels first": lambda: np.moveaxis(PIXELS, -1, 0),
    "a masked array": lambda: np.ma.masked_array(PIXELS, mask=PIXELS > 300),
    "a drawing": lambda: Drawing.from_image(DATA),
    "a doodle board": lambda: wx.DoodleBoard(image=DATA),
    "a mask editor": lambda: wx.MaskEditor(DATA),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_holds_a_picture_is_taken(name):
    """Open files, streams, tensors and what notebooks show are the picture that they hold."""
    make = TAKEN[name]
    picture = load(make())
    assert far_off(picture, PHOTO) < 1
    assert far_apart(open_image(make()).convert("RGB"), picture.to_image()) == 0
    assert any("(channels, height, width)" in str(note) for note in picture.notices) is (
        "channels first" in name
    )


def test_an_open_file_is_read_whole_and_stays_where_it_was(tmp_path):
    """A file is read from its beginning wherever it stands, and stands there afterwards."""
    path = tmp_path / "photo.png"
    path.write_bytes(DATA)
    with path.open("rb") as file:
        for place in (0, 7, len(DATA)):
            file.seek(place)
            picture = load(file)
            assert (picture.data, picture.name, file.tell()) == (DATA, "photo.png", place)
    written = io.BytesIO()
    PHOTO.save(written, "PNG")
    assert load(written).size == (600, 520)


class Generous:
    """What has every name that a picture could be looked for under, and is none."""

    images = image = picture = mask = (PHOTO,)

    def __getattr__(self, name: str) -> object:
        return lambda *_: PHOTO


def closed() -> io.BytesIO:
    """A stream that was closed."""
    stream = io.BytesIO(DATA)
    stream.close()
    return stream


class Reply:
    """A web server's reply."""

    content = DATA


class Figure:
    """A figure of a plotting library."""

    def savefig(self, path: str) -> None:
        """Save it."""


REFUSED = {
    "one whose names fit": (Generous, "a Generous is not a picture"),
    "a module": (lambda: types.ModuleType("images"), "a module is not a picture"),
    "a generator": (lambda: (one for one in [PHOTO]), "wx.sweep edits several"),
    "a list": (lambda: [PHOTO], "wx.sweep edits several"),
    "a set": (lambda: {1, 2}, "wx.sweep edits several"),
    "the history": (wx.history, "wx.sweep edits several"),
    "a closed stream": (closed, "it is closed. Open it again"),
    "a text": (lambda: io.StringIO("x"), "open(path, 'rb')"),
    "a file open as text": (lambda: open(__file__), "open(path, 'rb')"),  # noqa: PTH123, SIM115
    "a file of bytes open as text": (
        lambda: io.TextIOWrapper(io.BytesIO(DATA), "utf-8"),
        "open(path, 'rb')",
    ),
    "a whole archive": (archive, "the file cannot be read"),
    "a coroutine": (lambda: asyncio.StreamReader, "is not a picture"),
    "an image of the network": (
        lambda: Display(url="https://example.com/7.png"),
        "Its .url may be",
    ),
    "a reply": (Reply, "Its .content may be one"),
    "a figure": (Figure, "figure.savefig('figure.png')"),
    "an array that is kept": (Shy, "Implicit conversion to a NumPy array is not allowed. Give"),
    "several pictures": (lambda: np.stack([PIXELS] * 2), "array[0]"),
    "a series of paths": (lambda: np.array(["a.png", "b.png"]), "height, width"),
    "a pattern": (lambda: "photos/*.jpg", "wx.sweep takes one"),
    "a class": (lambda: Image.Image, "a type is not a picture"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("door", [load, open_image, Drawing.from_image, wx.Mask.from_image])
def test_what_holds_no_picture_is_refused_in_words(name, door):
    """Whatever it is, the refusal says what it is and what to give; no other error comes."""
    make, words = REFUSED[name]
    with pytest.raises(UnusableImage) as caught:
        door(make())
    assert words in str(caught.value)
    assert "Nothing was sent." in str(caught.value)


def test_a_things_parts_are_named_as_they_are():
    """What the advice says of a thing is true: the part that it names is a picture."""
    words = refusal(Reply())
    part = re.search(r"Its \.(\w+) may be one", words)[1]
    assert load(getattr(Reply(), part)).data == DATA


def test_a_variable_can_be_a_picture_by_its_type():
    """Offered on Tab and in the studio are arrays, tensors, streams and pictures, and no tables."""

    class Table:
        def __array__(self) -> np.ndarray:
            return PIXELS

    class Torch(Tensor):
        def __dlpack__(self) -> object:
            return None

    names = {
        "photo": PHOTO, "pixels": PIXELS, "data": DATA, "stream": io.BytesIO(DATA),
        "shown": Display(DATA), "tensor": Torch(PIXELS), "mask": wx.Mask((5, 5)),
        "drawing": Drawing((5, 5)), "board": wx.DoodleBoard(), "editor": wx.MaskEditor(PHOTO),
        "table": Table(), "generous": Generous(), "number": 5, "text": "a.png", "module": np,
        "_hidden": PHOTO,
    }  # fmt: skip
    assert set(picture_names(names)) == {
        "photo", "pixels", "data", "stream", "shown", "tensor", "mask", "drawing", "board", "editor"
    }  # fmt: skip
