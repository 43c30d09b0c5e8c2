"""What do the widgets say? Their words in English and Chinese."""

from __future__ import annotations

from ipywanx.text import Text

_EASEL = {
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
    "erase": Text("Subtract", "减去"),
    "pressure": Text("Pen pressure", "笔压"),
    "pixels": Text("px", "像素"),
    "numeric": Text("By numbers", "按数值添加"),
    "keys": Text("Keys", "快捷键"),
    "all_keys": Text(
        "Ctrl+wheel or two fingers: zoom · Space or middle button: move · "
        "[ ] or Alt+wheel: size · Shift: straight line, square · C: close the polygon · "
        "Ctrl+Z, Ctrl+Y: undo, redo · arrows and Enter: draw without a pointer",
        "Ctrl+滚轮或双指：缩放 · 空格或中键：移动 · [ ] 或 Alt+滚轮：画笔大小 · "
        "Shift：直线、正方形 · C：闭合多边形 · Ctrl+Z、Ctrl+Y：撤销、重做 · "
        "方向键与回车：不用鼠标绘制",
    ),
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
_MASK = {
    "stage": Text(
        "Picture with mask. Arrows move a cursor, Enter stamps, Escape leaves.",
        "图片与蒙版。方向键移动光标，回车落笔，Esc 离开。",
    ),
    "color": Text("Colour of the mask", "蒙版颜色"),
    "import": Text("Import a picture as mask", "导入图片作为蒙版"),
    "area": Text("{n} % of the picture will be edited", "将编辑图片的 {n} %"),
    "nothing": Text(
        "Nothing is painted yet: paint what shall be edited.", "尚未涂抹：请涂抹要编辑的部分。"
    ),
    "nearly_all": Text(
        "{n} % is painted, nearly the whole picture: is that meant?",
        "已涂抹 {n} %，几乎是整张图片：确定吗？",
    ),
    "thumbnail": Text("The mask: white is edited", "蒙版：白色部分将被编辑"),
    "own_keys": Text(
        "X: subtract · I: invert · hold H: picture alone", "X：减去 · I：反选 · 按住 H：只看图片"
    ),
}
_BOARD = {
    "stage": Text(
        "Paper to draw on. Arrows move a cursor, Enter stamps, Escape leaves.",
        "画纸。方向键移动光标，回车落笔，Esc 离开。",
    ),
    "color": Text("Another colour", "其他颜色"),
    "palette": Text("Colours", "颜色"),
    "subtract": Text("Rub out", "擦除"),
    "area": Text("This is what will be sent.", "发送的就是这张草图。"),
    "nearly_all": Text("This is what will be sent.", "发送的就是这张草图。"),
    "nothing": Text("The paper is still blank.", "画纸仍是空白。"),
    "thumbnail": Text("The sketch", "草图"),
    "own_keys": Text("1 to 8: colour", "1 至 8：颜色"),
    "black": Text("Black", "黑色"),
    "grey": Text("Grey", "灰色"),
    "red": Text("Red", "红色"),
    "orange": Text("Orange", "橙色"),
    "yellow": Text("Yellow", "黄色"),
    "green": Text("Green", "绿色"),
    "blue": Text("Blue", "蓝色"),
    "brown": Text("Brown", "棕色"),
}


def editor_texts() -> dict[str, str]:
    """The mask editor's words in the person's language."""
    return _spoken(_EASEL | _MASK)


def board_texts() -> dict[str, str]:
    """The doodle board's words in the person's language."""
    return _spoken(_EASEL | _BOARD)


def _spoken(texts: dict[str, Text]) -> dict[str, str]:
    return {name: text.told() for name, text in texts.items()}
