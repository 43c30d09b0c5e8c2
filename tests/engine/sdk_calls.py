"""What the official SDK does, run in a process of its own: ``sdk_calls.py SCENARIO FOLDER``.

The SDK reads its address from the environment when it is imported. The outcome is printed as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dashscope
from dashscope import ImageSynthesis
from dashscope.aigc.image_synthesis import AioImageSynthesis
from PIL import Image

MODEL = "wanx2.1-imageedit"
FUNCTIONS = {
    "stylization_all": ("转换成法国绘本风格", {"strength": 0.5}),
    "stylization_local": ("把房子变成木板风格", {}),
    "description_edit": ("把她的头发修改为红色", {"strength": 0.5}),
    "description_edit_with_mask": ("给小狗添加一顶帽子", {}),
    "remove_watermark": ("去除图像中的文字", {}),
    "expand": ("一位绿色仙子", {"left_scale": 1.25}),
    "super_resolution": ("图像超分", {"upscale_factor": 2}),
    "colorization": ("蓝色背景，黄色的叶子", {}),
    "doodle": ("北欧极简风格的客厅。", {"is_sketch": False}),
    "control_cartoon_feature": ("卡通形象小心翼翼地探出头", {"n": 2, "seed": 7}),
}


def sizes(response) -> list[tuple[int, int]]:
    """The sizes of the pictures that a response leads to."""
    found = []
    for result in response.output.results:
        with urllib.request.urlopen(result.url) as reply:  # noqa: S310 - the engine's own address
            image = Image.open(io.BytesIO(reply.read()))
            image.load()
            found.append(image.size)
    return found


def ten(folder: Path) -> dict:
    """Every function with local files, all at once."""

    def call(function: str) -> list:
        prompt, parameters = FUNCTIONS[function]
        if function == "description_edit_with_mask":
            parameters = {"mask_image_url": str(folder / "mask.png")}
        response = ImageSynthesis.call(
            model=MODEL,
            function=function,
            prompt=prompt,
            base_image_url=str(folder / "base.png"),
            **parameters,
        )
        done = [response.status_code, response.output.task_status, response.usage.image_count]
        return [*done, sizes(response)]

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(FUNCTIONS, pool.map(call, FUNCTIONS), strict=True))


def images(folder: Path) -> dict:
    """Another model of the same API, with two local files."""
    files = [str(folder / "base.png"), str(folder / "mask.png")]
    response = ImageSynthesis.call(
        model="wan2.5-i2i-preview",
        prompt="将图1放到图2中",
        negative_prompt="模糊",
        images=files,
        size="1024*768",
        n=2,
        prompt_extend=False,
    )
    state = [response.status_code, response.output.task_status, response.usage.image_count]
    return {"called": [*state, sizes(response)]}


def create(image: str, **more: object):
    """Create one task and do not wait for it."""
    return ImageSynthesis.async_call(
        model=MODEL, function="expand", prompt="一位绿色仙子", base_image_url=image, **more
    )


def life(folder: Path) -> dict:
    """Create two tasks where one runs at a time: fetch, cancel, list, wait."""
    image = f"file://{folder / 'base.png'}"
    first, second = create(image), create(image)
    fetched = ImageSynthesis.fetch(second)
    cancelled = ImageSynthesis.cancel(second)
    again = ImageSynthesis.cancel(second)
    waited = ImageSynthesis.wait(first)
    listed = ImageSynthesis.list(page_size=5)
    gone = ImageSynthesis.wait(second)
    return {
        "created": [first.status_code, first.output.task_status],
        "fetched": fetched.output.task_status,
        "cancelled": cancelled.status_code,
        "again": [again.status_code, again.code],
        "waited": [waited.output.task_status, sizes(waited)],
        "listed": [listed.status_code, [row["status"] for row in listed["output"]["data"]]],
        "gone": gone.output.task_status,
        "unknown": ImageSynthesis.fetch("nope").output.task_status,
    }


def refused(folder: Path) -> dict:
    """A call with a key that is not the one required."""
    data = base64.b64encode((folder / "base.png").read_bytes()).decode()
    response = create(f"data:image/png;base64,{data}", api_key="sk-wrong")
    return {"refused": [response.status_code, response.code, response.message]}


async def in_asyncio(folder: Path) -> dict:
    """The SDK's asyncio half, which spells paths its own way."""
    asked = {
        "model": MODEL,
        "function": "expand",
        "prompt": "一位绿色仙子",
        "base_image_url": str(folder / "base.png"),
    }
    done = await AioImageSynthesis.call(**asked, right_scale=1.0, n=2)
    made = await AioImageSynthesis.async_call(**asked)
    waited = await AioImageSynthesis.wait(made)
    fetched = await AioImageSynthesis.fetch(made)
    cancelled = await AioImageSynthesis.cancel(made)
    listed = await AioImageSynthesis.list()
    return {
        "called": [done.status_code, done.output.task_status, sizes(done)],
        "waited": waited.output.task_status,
        "fetched": fetched.output.task_status,
        "cancelled": cancelled.status_code,
        "listed": listed.status_code,
    }


if __name__ == "__main__":
    scenario, place = sys.argv[1], Path(sys.argv[2])
    run = {
        "ten": ten,
        "images": images,
        "life": life,
        "refused": refused,
        "asyncio": lambda folder: asyncio.run(in_asyncio(folder)),
    }[scenario]
    sys.stdout.write(json.dumps({"sdk": dashscope.__name__, **run(place)}))
