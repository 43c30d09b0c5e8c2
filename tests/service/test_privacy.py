"""What does the service get of a picture's file? Its pixels, whichever way they travel."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image
from tests.model.private_files import SECRET, files, says

from ipywanx.service.files import INLINE_BYTES

SMALL = files(Image.linear_gradient("L").convert("RGB").resize((600, 520)))
NOISE = np.random.default_rng(3).integers(0, 256, (520, 600, 3), dtype=np.uint8)
LARGE = files(Image.fromarray(NOISE))


def received(bench) -> list[bytes]:
    """All files that went up: in the body of a request, or to the storage."""
    found = []
    for create in bench.creates:
        for reference in json.loads(create.content)["input"].values():
            head, _, body = reference.partition(",")
            if head.startswith("data:image"):
                found.append(base64.b64decode(body))
    for post in bench.sent("POST", "/oss"):
        head, _, body = post.content.partition(b'name="file"')
        found.append(body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0])
    return found


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("door", ["data URI", "upload"])
def test_no_request_holds_what_a_file_says_beside_its_pixels(build, way, kind, door, tmp_path):
    """Place, camera, prompts and all else stay here, in a request's body as in an upload."""
    path = tmp_path / f"{SECRET.decode()}.png"
    path.write_bytes((SMALL if door == "data URI" else LARGE)[kind])
    assert says(path.read_bytes())
    bench = build(way)
    result = bench.edit(image=path, upscale_factor=1)
    (sent,) = received(bench)
    uploads = len(bench.sent("POST", "/oss"))
    if kind not in {"GIF", "JPEG", "progressive JPEG", "JPEG with restarts", "MPO"}:
        assert uploads == (len(sent) > INLINE_BYTES) == (door == "upload")
    assert not says(sent)
    assert Image.open(io.BytesIO(sent)).size == (600, 520)
    everything = b"".join(
        str(one.url).encode() + one.content + repr(one.headers).encode() for one in bench.line.sent
    )
    assert SECRET not in everything
    kept = [file.read_bytes() for file in bench.session.archive.files.folder.rglob("*.*")]
    assert not any(map(says, kept))
    assert result.images[0].size == (600, 520)
