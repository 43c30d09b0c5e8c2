"""Measure every effect at 1024 x 1024, each in a process of its own, and the gain over Lanczos.

Run: python scripts/bench_effects.py [side]
"""

from __future__ import annotations

import json
import subprocess
import sys

PROMPTS: dict[str, tuple[str, dict[str, object]]] = {
    "stylization_all": ("转换成法国绘本风格", {}),
    "stylization_local": ("把房子变成毛茸茸风格", {}),
    "description_edit": ("变成日落", {}),
    "description_edit_with_mask": ("", {}),
    "remove_watermark": ("去除图像中的文字", {}),
    "expand": (
        "",
        {"top_scale": 1.5, "bottom_scale": 1.5, "left_scale": 1.5, "right_scale": 1.5},
    ),
    "super_resolution": ("图像超分", {"upscale_factor": 2}),
    "colorization": ("", {}),
    "doodle": ("", {}),
    "control_cartoon_feature": ("卡通形象在沙滩上", {}),
}

ONE = """
import json, resource, sys, time
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_image
from ipywanx.engine.effects import render
function, side, prompt, parameters = json.loads(sys.argv[1])
image = Image.fromarray(load_sample_image("china.jpg")).crop((100, 0, 527, 427))
image = image.resize((side, side), Image.Resampling.LANCZOS)
mask = None
if function == "description_edit_with_mask":
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((side * .5, side * .5, side * .75, side * .75), fill=255)
if function == "remove_watermark":
    font = ImageFont.load_default(size=side // 16)
    ImageDraw.Draw(image).text((side // 12, side // 2), "SAMPLE PHOTO", font=font, fill="white",
                               stroke_width=2, stroke_fill="white")
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
render(function, image, prompt=prompt, parameters=parameters, mask=mask)
took = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([took, base / 1024, peak / 1024]))
"""


def measure(function: str, side: int) -> tuple[float, float, float]:
    """Run one effect in a fresh process; gives seconds, MB before, MB at the peak."""
    prompt, parameters = PROMPTS[function]
    argument = json.dumps([function, side, prompt, parameters])
    done = subprocess.run(
        [sys.executable, "-c", ONE, argument], capture_output=True, text=True, check=True
    )
    took, base, peak = json.loads(done.stdout.splitlines()[-1])
    return took, base, peak


def gains() -> list[tuple[str, int, float, float]]:
    """Give (photo, factor, PSNR-Y of Lanczos, of super_resolution) in dB."""
    import numpy as np
    import skimage.data
    from PIL import Image
    from sklearn.datasets import load_sample_image

    from ipywanx.engine.effects import render

    def psnr(first: Image.Image, second: Image.Image) -> float:
        a, b = (np.asarray(i.convert("YCbCr"))[..., 0].astype(float) for i in (first, second))
        return float(10 * np.log10(255**2 / ((a - b) ** 2).mean()))

    photos = {"china": load_sample_image("china.jpg"), "flower": load_sample_image("flower.jpg")}
    for name in ("astronaut", "cat", "coffee"):
        photos[name] = getattr(skimage.data, name)()
    rows = []
    for name, pixels in photos.items():
        height, width = (n // 4 * 4 for n in pixels.shape[:2])
        truth = Image.fromarray(pixels).crop((0, 0, width, height))
        for factor in (2, 4):
            small = truth.resize((width // factor, height // factor), Image.Resampling.BICUBIC)
            plain = small.resize(truth.size, Image.Resampling.LANCZOS)
            ours = render("super_resolution", small, parameters={"upscale_factor": factor}).image
            rows.append((name, factor, psnr(plain, truth), psnr(ours, truth)))
    return rows


def main() -> None:
    """Print both tables."""
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    print(f"{'function':28} {'seconds':>8} {'start MB':>9} {'peak MB':>8}   at {side} x {side}")
    for function in PROMPTS:
        took, base, peak = measure(function, side)
        print(f"{function:28} {took:8.2f} {base:9.0f} {peak:8.0f}")
    print(f"\n{'photo':12} {'factor':>6} {'Lanczos':>8} {'ours':>8} {'gain':>6}  (PSNR-Y, dB)")
    for name, factor, plain, ours in gains():
        print(f"{name:12} {factor:6} {plain:8.2f} {ours:8.2f} {ours - plain:+6.2f}")


if __name__ == "__main__":
    main()
