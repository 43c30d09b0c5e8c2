"""What do the widgets say? Their words in English and Chinese."""

from __future__ import annotations

import locale
import os

from ipywanx.model.params import Text

_EDITOR = {
    "stage": Text(
        "Picture with mask. Arrows move a cursor, Enter stamps, Escape leaves.",
        "图片与蒙版。方向键移动光标，回车落笔，Esc 离开。",
    ),
    "tools": Text("Tools", "工具"),
    "actions": Text("Actions", "操作"),
    "view": Text("View", "视图"),
    "brush": Text("Brush", "画笔"),
    "eraser": Text("Eraser", "橡皮"),
    "rectangle": Text("Rectangle", "矩形"),
    "ellipse": Text("Ellipse", "椭圆"),
    "lasso": Text("Lasso", "套索"),
    "polygon": Text("Polygon", "多边形"),
    "fill": Text("Fill inside an outline", "填充轮廓内部"),
    "wand": Text("Magic wand", "魔棒"),
    "undo": Text("Undo", "撤销"),
    "redo": Text("Redo", "重做"),
    "grow": Text("Grow", "扩大"),
    "shrink": Text("Shrink", "收缩"),
    "smooth": Text("Smooth", "平滑"),
    "invert": Text("Invert", "反选"),
    "clear": Text("Clear", "清空"),
    "amount": Text("Pixels to grow, shrink or smooth by", "扩大、收缩或平滑的像素数"),
    "zoom_in": Text("Zoom in", "放大"),
    "zoom_out": Text("Zoom out", "缩小"),
    "fit": Text("Fit", "适应窗口"),
    "peek": Text("Hold to see the picture without the mask", "按住查看原图"),
    "radius": Text("Size", "大小"),
    "opacity": Text("Opacity", "不透明度"),
    "tolerance": Text("Tolerance", "容差"),
    "color": Text("Colour of the mask", "蒙版颜色"),
    "erase": Text("Subtract", "减去"),
    "pressure": Text("Pen pressure", "笔压"),
    "import": Text("Import a picture as mask", "导入图片作为蒙版"),
    "pixels": Text("px", "像素"),
    "area": Text("masked", "已覆盖"),
    "numeric": Text("By numbers", "按数值添加"),
    "shape": Text("Shape", "形状"),
    "x": Text("x", "x"),
    "y": Text("y", "y"),
    "width": Text("Width", "宽"),
    "height": Text("Height", "高"),
    "corners": Text("Corners as x,y pairs", "各顶点的 x,y"),
    "add": Text("Add", "添加"),
    "subtract": Text("Subtract", "减去"),
    "numbers_wrong": Text(
        "Width and height must be over 0; a polygon needs 3 corners.",
        "宽和高必须大于 0；多边形至少需要 3 个顶点。",
    ),
    "busy": Text("The kernel is busy; {n} waiting.", "内核繁忙；{n} 项等待处理。"),
    "lost": Text(
        "The kernel was restarted: run the cell again.", "内核已重启：请重新运行该单元格。"
    ),
}


def prefers_chinese() -> bool:
    """Whether the environment asks for Chinese."""
    named = os.environ.get("LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    return (named or locale.getlocale()[0] or "").lower().startswith(("zh", "chinese"))


def editor_texts() -> dict[str, str]:
    """The mask editor's words in the person's language."""
    chinese = prefers_chinese()
    return {name: text.zh if chinese else text.en for name, text in _EDITOR.items()}
