"""Print the mark "AI生成" into a corner; its four glyphs are drawn here, so no font is needed."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter

# Strokes on a 24 x 24 grid, each a chain of points.
_GLYPHS: tuple[tuple[int, tuple[tuple[tuple[float, float], ...], ...]], ...] = (
    (17, (((1, 22), (8, 3), (15, 22)), ((3.8, 15.5), (12.2, 15.5)))),
    (9, (((4, 3), (4, 22)),)),
    (
        25,
        (
            ((6, 2), (5, 6), (2, 10.5)),
            ((5, 6.5), (21, 6.5)),
            ((12.5, 1.5), (12.5, 21.5)),
            ((4.5, 13.5), (20, 13.5)),
            ((1.5, 21.5), (22.5, 21.5)),
        ),
    ),
    (
        25,
        (
            ((4, 6), (22, 6)),
            ((4, 6), (4, 12), (3.4, 17), (1.5, 21.5)),
            ((4, 11), (10.5, 11), (10.2, 17), (9.2, 18.5), (7, 18)),
            ((13.5, 1.5), (14, 8), (15.5, 14), (18, 18.5), (21, 21.5), (22, 17.5)),
            ((20.5, 10), (17.5, 15), (13, 19.5), (9.5, 22)),
            ((17, 1.8), (19.5, 4)),
        ),
    ),
)
_WIDTH = sum(width for width, _ in _GLYPHS)


def stamp(image: Image.Image) -> Image.Image:
    """Give a copy of the picture with the mark at the bottom right."""
    # Four times as fine, then shrunk: smooth edges from plain lines.
    tall = max(16, round(min(image.size) * 0.034))
    unit = 4 * tall / 24
    pen = max(4, round(2.3 * unit))
    size = (round((_WIDTH + 6) * unit), round(30 * unit))
    big = Image.new("L", size, 0)
    draw = ImageDraw.Draw(big)
    left = 3 * unit
    for width, strokes in _GLYPHS:
        for stroke in strokes:
            points = [(left + x * unit, (3 + y) * unit) for x, y in stroke]
            draw.line(points, fill=255, width=pen, joint="curve")
            for x, y in points:
                radius = pen / 2 - 0.5
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        left += width * unit
    glyphs = big.resize((size[0] // 4, size[1] // 4), Image.Resampling.LANCZOS)
    # A dark halo carries the white letters over bright ground.
    wide = glyphs.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(tall / 14))
    halo = wide.point([min(255, int(v * 1.5 * 0.6)) for v in range(256)])
    face = glyphs.point([int(v * 0.92) for v in range(256)])
    result = image.convert("RGB")
    result = result.copy() if result is image else result
    margin = round(tall * 0.45)
    x = max(0, image.width - glyphs.width - margin)
    y = max(0, image.height - glyphs.height - margin)
    result.paste((16, 16, 18), (x, y), halo)
    result.paste((255, 255, 255), (x, y), face)
    return result
