"""What does a page show of a picture? A small JPEG inside of a data URL."""

from __future__ import annotations

import base64
import io

from PIL import Image


def preview_url(image: Image.Image, longest: int) -> str:
    """The picture, mode RGB, with at most ``longest`` pixels a side, as a ``data:`` URL."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
