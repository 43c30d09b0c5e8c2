"""Make the small pictures beside the studio's styles: each style on one photograph, offline.

The global styles on scikit-learn's temple, the local ones on its flower, whose outline is clear.
They go to ``src/ipywanx/widgets/styles``; a test holds that each style has one.

Run: python scripts/style_pictures.py
"""

from __future__ import annotations

from PIL import Image
from sklearn.datasets import load_sample_image

from ipywanx.engine.render import render_effect
from ipywanx.model.functions import FUNCTIONS
from ipywanx.widgets.forms import STYLES, style_file

SIDE = 128
PHOTOS = {"stylization_all": "china.jpg", "stylization_local": "flower.jpg"}


def main() -> None:
    """Write one WebP for each style."""
    STYLES.mkdir(exist_ok=True)
    for name, file in PHOTOS.items():
        about = FUNCTIONS[name].about
        photo = Image.fromarray(load_sample_image(file))
        side = min(photo.size)
        left, top = ((length - side) // 2 for length in photo.size)
        square = photo.crop((left, top, left + side, top + side)).resize((512, 512))
        for style in about.styles:
            prompt = style.prompt.replace(about.subject.zh, "花") if about.subject else style.prompt
            made = render_effect(name, square, prompt=prompt, parameters={}, seed=1, mask=None)
            small = made.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            small.save(style_file(style), quality=72, method=6)


if __name__ == "__main__":
    main()
