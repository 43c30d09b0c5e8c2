"""Do pictures travel up once, and down from the right hosts only?"""

import asyncio
import base64
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from PIL import Image

from ipywanx import wire
from ipywanx.errors import ServiceUnavailable, UnexpectedReply, Unreachable, UnusableMask
from ipywanx.model.loading import load
from ipywanx.model.masks import Mask
from ipywanx.model.service_models import WANX21
from ipywanx.service import files
from ipywanx.service.files import INLINE_BYTES, FileClient


def noise(side: int = 512, seed: int = 3, kind: str = "PNG") -> bytes:
    """A file that does not compress."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **({"compress_level": 1} if kind == "PNG" else {}))
    return stream.getvalue()


def sent_input(create: httpx.Request) -> dict:
    """What a create said of its pictures."""
    return json.loads(create.content)["input"]


def test_a_mask_is_read_back_before_it_is_sent(monkeypatch):
    """The file holds the mask's own pixels, 0 and 255; one that does not is refused here."""
    mask = Mask((600, 512)).ellipse(10, 20, 300, 200)
    with Image.open(io.BytesIO(files.mask_picture(mask).data)) as sent:
        assert sent.tobytes() == mask.to_image().convert("RGB").tobytes()
    for wrong in (Image.new("L", (600, 512), 128), Image.new("L", (512, 600), 255)):
        monkeypatch.setattr(Mask, "to_image", lambda _, wrong=wrong: wrong)
        with pytest.raises(UnusableMask, match=r"expected 600×512 of 0 and 255 only"):
            files.mask_picture(mask)


# ---- up -------------------------------------------------------------------------------------


def test_a_small_picture_travels_in_the_request(build, way):
    """Below the limit the file's own bytes are in the body, and nothing is uploaded."""
    bench = build(way)
    stream = io.BytesIO()
    Image.new("RGB", (512, 512), "teal").save(stream, "JPEG")
    bench.edit(image=stream.getvalue())
    reference = sent_input(bench.creates[0])["base_image_url"]
    head, _, body = reference.partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(body) == stream.getvalue()
    assert bench.sent("GET", "/uploads") == bench.sent("POST", "/oss") == []


def test_a_large_picture_is_uploaded(build, way):
    """Above the limit the file goes to the vendor's storage under its hash, and is referred to."""
    bench, data = build(way), noise()
    assert len(data) > INLINE_BYTES
    result = bench.edit(function="super_resolution", image=data)
    (post,) = bench.sent("POST", "/oss")
    name = hashlib.sha256(data).hexdigest()[:32] + ".png"
    assert data in post.content
    assert f'filename="{name}"'.encode() in post.content
    assert post.content.index(b'name="file"') > post.content.index(b'name="key"')
    (create,) = bench.creates
    reference = sent_input(create)["base_image_url"]
    assert reference.startswith("oss://dashscope-instant/")
    assert reference.endswith(f"/{name}")
    assert create.headers[wire.RESOLVE_HEADER] == "enable"
    assert result.images[0].size == (512, 512)


def test_a_picture_is_uploaded_once(bench):
    """Two edits of one picture, one after the other, cost one upload; another picture its own."""
    data = noise()
    bench.edit(image=data)
    bench.edit(image=data)
    assert len(bench.sent("POST", "/oss")) == 1
    first, second = (sent_input(create)["base_image_url"] for create in bench.creates)
    assert first == second
    bench.edit(image=noise(seed=4))
    assert len(bench.sent("POST", "/oss")) == 2


def test_a_picture_is_uploaded_once_for_edits_that_start_together(bench):
    """Four edits of one picture at the same moment wait for one upload."""
    data = noise()
    jobs = [bench.submit(image=data, seed=seed) for seed in range(4)]
    for job in jobs:
        job.result(30)
    assert len(bench.sent("POST", "/oss")) == 1
    assert len(bench.tasks) == 4


def test_an_old_upload_is_not_used(bench, monkeypatch):
    """The service forgets uploads: an old one is uploaded again."""
    data = noise()
    bench.edit(image=data)
    monkeypatch.setattr(files, "_UPLOAD_LIFE", -1.0)
    bench.edit(image=data)
    assert len(bench.sent("POST", "/oss")) == 2


def test_picture_and_mask_travel_together(bench):
    """A large picture is uploaded, a small mask is in the body; it is an RGB PNG of 0 and 255."""
    mask = Mask((512, 512)).rectangle(20, 20, 60, 40)
    result = bench.edit(
        function="description_edit_with_mask", image=noise(), mask=mask, prompt="一只猫"
    )
    (create,) = bench.creates
    asked = sent_input(create)
    assert asked["base_image_url"].startswith("oss://")
    assert create.headers[wire.RESOLVE_HEADER] == "enable"
    head, _, body = asked["mask_image_url"].partition(",")
    assert head == "data:image/png;base64"
    sent = Image.open(io.BytesIO(base64.b64decode(body)))
    assert (sent.mode, sent.size) == ("RGB", (512, 512))
    assert (np.asarray(sent)[..., 0] == np.asarray(mask.to_image())).all()
    before, after = Image.open(io.BytesIO(noise())), result.images[0]
    assert before.crop((100, 100, 512, 512)).tobytes() == after.crop((100, 100, 512, 512)).tobytes()


def test_a_large_mask_is_uploaded_as_well(build, until):
    """A mask of many dots is too large for the body, too: it is uploaded."""
    bench = build("asgi", "create:400")
    dots = np.random.default_rng(1).random((1536, 1536)) > 0.5
    image = Image.new("RGB", (1536, 1536), "grey")
    bench.submit(function="description_edit_with_mask", image=image, mask=dots, prompt="x")
    until(lambda: bench.creates)
    asked = sent_input(bench.creates[0])
    assert asked["base_image_url"].startswith("data:")
    assert asked["mask_image_url"].startswith("oss://")
    assert bench.creates[0].headers[wire.RESOLVE_HEADER] == "enable"


def test_a_url_is_passed_on(bench, until):
    """A web address goes to the service as it is; nothing is read or uploaded here."""
    url = f"{bench.settings.base_url.removesuffix('/api/v1')}/results/nothing.png"
    job = bench.submit(image=url)
    until(lambda: job.task_id)
    assert sent_input(bench.creates[0])["base_image_url"] == url
    assert bench.sent("POST", "/oss") == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("upload:500", ServiceUnavailable),
        ("upload:403", ServiceUnavailable),
        ("upload:drop", Unreachable),
    ],
)
def test_a_broken_upload_makes_no_task(build, fault, kind):
    """Where the picture did not arrive, nothing was asked for and nothing costs money."""
    bench = build("asgi", fault)
    job = bench.submit(image=noise())
    with pytest.raises(kind, match=r"upload of .*No task was made; try again"):
        job.result(30)
    assert bench.creates == bench.tasks == []
    assert job.cancel() is True


def test_a_failed_upload_is_tried_anew(build):
    """A failed upload is not remembered as done."""
    bench = build("asgi", "upload:500*1")
    with pytest.raises(ServiceUnavailable):
        bench.edit(image=noise())
    assert len(bench.edit(image=noise()).images) == 1


def test_the_same_bytes_there_already_are_as_good(bench):
    """A second write of the same name is refused by the storage; the file is there all the same."""
    again = httpx.Response(409, text="<Code>FileAlreadyExists</Code>")
    bench.line.answer = lambda request: again if request.url.path == "/oss" else None
    reference = bench.call(bench.client.files.reference(load(noise()), WANX21.name))
    assert reference.startswith("oss://")


# ---- down -----------------------------------------------------------------------------------

VENDOR = "https://dashscope.aliyuncs.com/api/v1"
RESULT = "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com"
HOSTILE = [
    "",
    "nonsense",
    "file:///etc/passwd",
    "file://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/etc/passwd",
    "ftp://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "//dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://evil.example/a.png",
    "https://user@dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://@dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com@evil.example/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com:pw@evil.example/a.png",
    "https://evil.example\\@dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com\\@evil.example/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com:8443/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com:99999/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com./a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com.evil.example/a.png",
    "https://evil-dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://oss-cn-beijing.aliyuncs.com/a.png",
    "https://dashscope.aliyuncs.com/api/v1/tasks",
    "https://dashscope-result-bj。oss-cn-beijing。aliyuncs。com/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com\r\n/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png\r\nX: y",
    "https://127.0.0.1/a.png",
    "https://localhost/a.png",
    "https://[::1]/a.png",
    "https://[::1",
    "https://[2001:db8::1]/a.png",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/",
    "https://0x7f.1/a.png",
    "https://10.0.0.5/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com\0.evil.example/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com\t.evil.example/a.png",
    "https://dаshscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com%2eevil.example/a.png",
    "https://evil.example/dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://evil.example/?x=https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "https://evil.example#@dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.png",
    "http://127.0.0.1/results/a.png",
    "http://127.0.0.1:8787/results/a.png",
    "data:image/png;base64,aaaa",
]


class Nowhere(httpx.AsyncBaseTransport):
    """Notes what it is asked for and answers with a status and some bytes."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.asked: list[httpx.Request] = []
        self.answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer in turn; the last answer stays."""
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def no_call(*_: object, **__: object) -> dict:
    """The API is not needed for a download."""
    raise AssertionError


def download(url: str, *answers: httpx.Response, base: str = VENDOR) -> tuple[bytes, Nowhere]:
    """The bytes behind a URL, and what was asked for on the way."""
    nowhere = Nowhere(*(answers or (httpx.Response(200, content=b"picture"),)))
    return asyncio.run(FileClient(base, no_call, nowhere).download(url)), nowhere


@pytest.mark.parametrize("url", HOSTILE)
def test_a_result_elsewhere_is_not_fetched(url):
    """A URL that is not on the vendor's result hosts is refused; no request leaves."""
    nowhere = Nowhere(httpx.Response(200, content=b"x"))
    with pytest.raises(UnexpectedReply, match="was not fetched"):
        asyncio.run(FileClient(VENDOR, no_call, nowhere).download(url))
    assert nowhere.asked == []


PUBLISHED = [
    f"dashscope-result-{place}.aliyuncs.com"
    for place in (
        "bj.oss-cn-beijing",
        "hz.oss-cn-hangzhou",
        "sh.oss-cn-shanghai",
        "wlcb.oss-cn-wulanchabu",
        "zjk.oss-cn-zhangjiakou",
        "sz.oss-cn-shenzhen",
        "hy.oss-cn-heyuan",
        "cd.oss-cn-chengdu",
        "gz.oss-cn-guangzhou",
        "wlcb-acdr-1.oss-cn-wulanchabu-acdr-1",
    )
]
"""What the vendor publishes for allow-lists."""


@pytest.mark.parametrize("host", PUBLISHED)
def test_the_vendors_result_hosts_are_fetched(host):
    """Every host that the vendor publishes for results is trusted; the key is not along."""
    data, nowhere = download(f"https://{host}/1d/ab/x.png?Expires=1&Signature=a%2Fb%3D")
    assert data == b"picture"
    (request,) = nowhere.asked
    assert str(request.url).endswith("?Expires=1&Signature=a%2Fb%3D")
    assert "authorization" not in request.headers


def test_results_may_lie_on_the_engine_that_was_asked():
    """A client that was pointed at this machine fetches from that very address, and no other."""
    base = "http://127.0.0.1:8787/api/v1"
    assert download("http://127.0.0.1:8787/results/a.png", base=base)[0] == b"picture"
    for other in ("http://127.0.0.1:22/", "https://127.0.0.1:8787/", "ftp://127.0.0.1:8787/a"):
        with pytest.raises(UnexpectedReply, match="was not fetched"):
            download(other, base=base)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["https://evil.example/", "http://127.0.0.1/", f"{RESULT}/b.png"])
def test_a_redirect_is_not_followed(status, place):
    """A result's host that sends elsewhere is not obeyed, and not asked again."""
    nowhere = Nowhere(httpx.Response(status, headers={"location": place}))
    with pytest.raises(UnexpectedReply, match=f"answered {status}"):
        asyncio.run(FileClient(VENDOR, no_call, nowhere).download(f"{RESULT}/a.png"))
    assert [str(request.url) for request in nowhere.asked] == [f"{RESULT}/a.png"]


UPLOAD_HOSTS = [
    ("https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com", True),
    ("https://dashscope-instant.oss-cn-beijing.aliyuncs.com/", True),
    ("http://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com", False),
    ("https://aliyuncs.com", False),
    ("https://evil-aliyuncs.com", False),
    ("https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com.evil.example", False),
    ("https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com:8443", False),
    ("https://user:pw@dashscope-file-mgr.oss-cn-beijing.aliyuncs.com", False),
    ("https://evil.example/dashscope-file-mgr.oss-cn-beijing.aliyuncs.com", False),
    ("https://169.254.169.254/", False),
    ("http://127.0.0.1/oss", False),
    ("https://[::1", False),
    ("file:///etc/passwd", False),
    ("nonsense", False),
]


@pytest.mark.parametrize(("host", "trusted"), UPLOAD_HOSTS)
def test_a_picture_is_uploaded_to_the_vendors_storage_only(host, trusted):
    """Leave to upload that names another place is refused, and the picture stays here."""

    async def policy(*_: object, **__: object) -> dict:
        fields = ("oss_access_key_id", "signature", "policy", "x_oss_object_acl")
        named = dict.fromkeys((*fields, "x_oss_forbid_overwrite", "upload_dir"), "x")
        return {
            "data": {
                **named, "upload_host": host, "expire_in_seconds": 9, "max_file_size_mb": 9
            }
        }  # fmt: skip

    nowhere = Nowhere(httpx.Response(200))
    sending = FileClient(VENDOR, policy, nowhere).reference(load(noise()), WANX21.name)
    if trusted:
        assert asyncio.run(sending).startswith("oss://x/")
        (request,) = nowhere.asked
        assert request.url.host.endswith(".aliyuncs.com")
        assert "authorization" not in request.headers
    else:
        with pytest.raises(UnexpectedReply, match=r"was not sent\. No task was made"):
            asyncio.run(sending)
        assert nowhere.asked == []


def test_an_upload_is_not_redirected(bench):
    """Storage that sends the picture elsewhere is not obeyed."""
    elsewhere = httpx.Response(307, headers={"location": "https://evil.example/"})
    bench.line.answer = lambda request: elsewhere if request.url.path == "/oss" else None
    with pytest.raises(ServiceUnavailable, match="307"):
        bench.edit(image=noise())
    assert {request.url.host for request in bench.line.sent} == {"127.0.0.1"}
    assert bench.creates == []


def test_an_upload_that_a_proxy_answers_makes_no_task(bench):
    """A login page with status 200 in the storage's place is no proof that the picture arrived."""
    page = httpx.Response(200, html="<title>Login</title>")
    bench.line.answer = lambda request: page if request.url.path == "/oss" else None
    with pytest.raises(UnexpectedReply, match=r"text/html.*No task was made"):
        bench.edit(image=noise())
    assert bench.creates == []


def test_an_expired_result_is_told_at_once():
    """403 will not get better: no second try."""
    nowhere = Nowhere(httpx.Response(403, text="<Code>AccessDenied</Code>"))
    with pytest.raises(UnexpectedReply, match=r"answered 403.*24 hours"):
        asyncio.run(FileClient(VENDOR, no_call, nowhere).download(f"{RESULT}/a.png"))
    assert len(nowhere.asked) == 1


def test_trouble_with_a_download_is_retried(build, way):
    """A result that cannot be fetched at first is fetched again; the task is not lost."""
    bench = build(way, "download:500*1" if way == "asgi" else "download:drop*1")
    assert len(bench.edit().images) == 1
    assert len([r for r in bench.line.sent if "/results/" in r.url.path]) == 2


def test_an_endless_result_is_cut_off(monkeypatch):
    """What is larger than any picture is not kept in memory."""
    monkeypatch.setattr(files, "MAX_RESULT_BYTES", 100)
    with pytest.raises(UnexpectedReply, match="not kept"):
        download(f"{RESULT}/a.png", httpx.Response(200, content=b"x" * 101))
    assert download(f"{RESULT}/a.png", httpx.Response(200, content=b"x" * 100))[0] == b"x" * 100


def test_two_threads_upload_different_pictures(bench):
    """Each edit gets its own picture, however many start at once."""
    pictures = [noise(seed=seed) for seed in (5, 6)]
    with ThreadPoolExecutor(2) as pool:
        results = list(
            pool.map(lambda data: bench.edit(function="super_resolution", image=data), pictures)
        )
    for data, result in zip(pictures, results, strict=True):
        before = np.asarray(Image.open(io.BytesIO(data)), float)
        after = np.asarray(result.images[0], float)
        assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.5
