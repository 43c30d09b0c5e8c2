"""What do the widgets say? Their words in English and Chinese."""

from __future__ import annotations

from ipywanx.experiments.cells import WORDS
from ipywanx.text import Text

_LOST = Text("The kernel was restarted: run the cell again.", "内核已重启：请重新运行该单元格。")
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
    "lost": _LOST,
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
_FRAME = {
    "frame_presets": Text("Shape of the result", "结果的比例"),
    "frame_double": Text("2× all around", "四周 2×"),
    "frame_reset": Text("Reset", "重置"),
    "frame_stage": Text(
        "Picture with the frame around it. Arrows move an edge, with Shift in bigger steps.",
        "图片与外框。方向键移动一条边，按住 Shift 步长更大。",
    ),
    "frame_move": Text("Move the whole frame", "移动整个外框"),
    "frame_left": Text("Left edge", "左边"),
    "frame_right": Text("Right edge", "右边"),
    "frame_top": Text("Top edge", "上边"),
    "frame_bottom": Text("Bottom edge", "下边"),
    "frame_top_left": Text("Top left corner", "左上角"),
    "frame_top_right": Text("Top right corner", "右上角"),
    "frame_bottom_left": Text("Bottom left corner", "左下角"),
    "frame_bottom_right": Text("Bottom right corner", "右下角"),
    "frame_px": Text("px", "像素"),
    "frame_output": Text("Result: {size}", "结果：{size}"),
    "frame_large": Text(
        "Over {n} px a side: the result must be made smaller before it can be edited again.",
        "边长超过 {n} 像素：结果须先缩小才能再次编辑。",
    ),
    "frame_too_wide": Text(
        "For {ratio} the picture must become {n} times as wide; the service allows {most} times.",
        "要得到 {ratio}，宽度须扩大到 {n} 倍；服务最多允许 {most} 倍。",
    ),
    "frame_too_high": Text(
        "For {ratio} the picture must become {n} times as high; the service allows {most} times.",
        "要得到 {ratio}，高度须扩大到 {n} 倍；服务最多允许 {most} 倍。",
    ),
    "frame_unknown": Text(
        "The picture's size is not known here, so neither is its shape.",
        "此处不知道图片的尺寸，因此也不知道比例。",
    ),
    "frame_hint": Text(
        "Drag an edge, a corner or the whole; with Shift both sides alike.",
        "拖动边、角或整个外框；按住 Shift 两侧同时变化。",
    ),
}
_PICTURE = {
    "picture": Text("Picture", "图片"),
    "picture_choose": Text(
        "Choose a picture, or drop or paste one here", "选择图片，或拖放、粘贴到此处"
    ),
    "picture_drop": Text("Let go to use it", "松开即可使用"),
    "picture_url": Text("Address (URL)", "网址（URL）"),
    "picture_variable": Text("Variable", "变量"),
    "picture_no_variables": Text("no pictures among your variables", "变量中没有图片"),
    "picture_use": Text("Load", "载入"),
    "picture_result": Text("Continue from the last result", "接着上一张改"),
    "picture_none": Text("No picture yet.", "还没有图片。"),
    "picture_kept": Text("Still in use: {name}.", "仍在使用：{name}。"),
    "picture_address": Text(
        "The service fetches it from its address; it is not shown here.",
        "由服务端从该网址读取；此处不显示。",
    ),
    "picture_alt": Text("The picture: {name}", "图片：{name}"),
    "picture_px": Text("px", "像素"),
    "picture_reading": Text("Reading {name} …", "正在读取 {name}……"),
    "picture_too_large": Text(
        "{name} has {n} MB; at most {most} MB can be handed to the kernel. Nothing was sent.",
        "{name} 有 {n} MB；最多可交给内核 {most} MB。未发送任何内容。",
    ),
    "picture_no_picture": Text(
        "That holds neither a picture's file nor an address.", "其中既没有图片文件，也没有网址。"
    ),
    "sizes": Text("Before and after, at the same scale", "放大前后，同一比例"),
    "sizes_in": Text("Now: {size}", "现在：{size}"),
    "sizes_out": Text("Result: {size}", "结果：{size}"),
    "sizes_sharper": Text("The same size, only sharper", "尺寸不变，只做锐化"),
    "sizes_unknown": Text(
        "{n}× as wide and high; the picture's own size is not known here.",
        "宽和高放大 {n} 倍；此处不知道图片本身的尺寸。",
    ),
}
_GALLERY = {
    "gallery": Text("Gallery", "图库"),
    "search": Text("Search prompts, functions, tags", "搜索提示词、功能、标签"),
    "starred_only": Text("Starred only", "只看已加星"),
    "own_only": Text("This studio only", "只看本工作台"),
    "shown": Text("{n} of {all}", "{n} / {all}"),
    "empty": Text(
        "Nothing has been made yet. What you make appears here.",
        "还没有作品。生成的图片会出现在这里。",
    ),
    "no_match": Text("Nothing matches.", "没有匹配的结果。"),
    "new": Text("{n} new", "{n} 个新结果"),
    "cards": Text("Results, newest first", "结果，最新的在前"),
    "preview": Text("Offline preview", "离线预览"),
    "preview_help": Text("Not made by Wan", "并非万相生成"),
    "pictures": Text("{n} pictures", "{n} 张图片"),
    "starred": Text("Starred", "已加星"),
    "no_prompt": Text("(no prompt)", "（无提示词）"),
    "missing": Text("The picture is gone.", "图片已不存在。"),
    "no_before": Text("The original is not here.", "原图不在此处。"),
    "viewer": Text("Opened result", "打开的结果"),
    "close": Text("Close", "关闭"),
    "previous": Text("Newer", "较新"),
    "next": Text("Older", "较早"),
    "picture_n": Text("Picture {n}", "第 {n} 张"),
    "modes": Text("How to compare", "对比方式"),
    "slider": Text("Slider", "滑块"),
    "side": Text("Side by side", "并排"),
    "toggle": Text("Toggle", "切换"),
    "divider": Text("Where the two pictures meet, in percent", "两图分界位置（百分比）"),
    "flip": Text("Press or hold to see the other", "点按或按住查看另一张"),
    "before": Text("Before", "原图"),
    "after": Text("After", "结果"),
    "stage": Text(
        "Comparison. Ctrl and wheel zoom; plus, minus and 0 too; dragging moves.",
        "对比区。Ctrl+滚轮缩放，也可用 +、-、0；拖动可平移。",
    ),
    "zoom": Text("Zoom", "缩放"),
    "zoom_in": Text("Zoom in", "放大"),
    "zoom_out": Text("Zoom out", "缩小"),
    "fit": Text("Fit", "适应窗口"),
    "compare": Text("Compare with…", "与…对比"),
    "choose": Text(
        "Choose another result above. Esc: not now.", "请在上方选择另一个结果。Esc 取消。"
    ),
    "uncompare": Text("Back to before and after", "返回原图对比"),
    "actions": Text("Actions", "操作"),
    "star": Text("Star", "加星"),
    "unstar": Text("Remove the star", "取消加星"),
    "tags": Text("Tags", "标签"),
    "tags_help": Text("With commas between them", "用逗号分隔"),
    "save": Text("Save", "保存"),
    "saved": Text("Saved as {name}", "已保存为 {name}"),
    "code": Text("Show code", "查看代码"),
    "magic": Text("Cell", "单元格"),
    "python": Text("Python", "Python"),
    "copy": Text("Copy", "复制"),
    "copied": Text("Copied.", "已复制。"),
    "not_copied": Text("It is selected: press Ctrl+C.", "已选中：请按 Ctrl+C。"),
    "no_code": Text("Nobody knows what was asked.", "不知道当时的请求。"),
    "delete": Text("Delete…", "删除…"),
    "delete_sure": Text(
        "Delete this result and its pictures for good?", "要永久删除此结果及其图片吗？"
    ),
    "delete_yes": Text("Delete", "删除"),
    "keep": Text("Keep", "保留"),
    "edit": Text("Edit again", "再次编辑"),
    "use": Text("Use as input", "用作输入"),
    "seed": Text("Reuse seed", "沿用种子"),
    "remix": Text("Remix", "换种子再做"),
    "cost": Text("CNY {n}", "{n} 元"),
    "facts": Text("Particulars", "详情"),
    "lost": _LOST,
}
_STUDIO = {
    "lost": _LOST,
    "functions": Text("What to do", "功能"),
    "submit": Text("Create", "生成"),
    "sent": Text("Sent ✓", "已提交 ✓"),
    "again": Text("Create once more", "再生成一次"),
    "ready": Text("Ready after {n} s.", "已完成，用时 {n} 秒。"),
    "look": Text("Show", "查看"),
    "longer": Text("a little longer", "还需片刻"),
    "one": Text("1 picture", "1 张图片"),
    "several": Text("{n} pictures", "{n} 张图片"),
    "free": Text("free preview", "免费预览"),
    "cap": Text("spent", "已花费"),
    "online": Text("DashScope · Beijing", "阿里云百炼 · 北京"),
    "offline": Text("Free preview (no key)", "免费预览（未接入万相）"),
    "expected": Text("Expected:", "应为："),
    "styles": Text("Styles", "风格"),
    "samples": Text("Ideas", "示例"),
    "subject": Text("What is changed", "改变的对象"),
    "drawn": Text("random", "随机"),
    "dice": Text("New seed", "换一个"),
    "free_seed": Text("Random each time", "每次随机"),
    "board": Text("Draw on a blank board instead", "改为在空白画板上绘制"),
    "recall": Text("Made here: set everything as it was", "由本工具生成：恢复当时的设置"),
    "queue": Text("Under way", "进行中"),
    "progress": Text("Expected progress", "预计进度"),
    "place": Text("no. {n} in line", "排在第 {n} 位"),
    "cancel": Text("Cancel", "取消"),
    "cannot_cancel": Text("can no longer be cancelled", "已无法取消"),
    "retry": Text("Try again", "重试"),
    "dismiss": Text("Dismiss", "收起"),
    "state_UNKNOWN": Text("not known", "未知"),
}


_EXPERIMENT = {
    "lost": _LOST,
    "experiment": Text("Vary it: an experiment", "变化参数：批量实验"),
    "parameter": Text("What varies", "变化的参数"),
    "add_axis": Text("Add an axis", "添加坐标轴"),
    "remove_axis": Text("Remove the axis", "移除坐标轴"),
    "both": Text("both", "两种都要"),
    "combine": Text("Combine", "组合方式"),
    "grid": Text("every value with every other", "所有取值两两组合"),
    "zip": Text("first with first, second with second", "依次一一对应"),
    "run": Text("Run the experiment", "开始实验"),
    "no_axis": Text("Add an axis, and give its values.", "请添加坐标轴并填写取值。"),
}


def editor_texts(language: str) -> dict[str, str]:
    """The mask editor's words in a language."""
    return _spoken(_EASEL | _MASK, language)


def board_texts(language: str) -> dict[str, str]:
    """The doodle board's words in a language."""
    return _spoken(_EASEL | _BOARD, language)


def _spoken(texts: dict[str, Text], language: str) -> dict[str, str]:
    return {name: text.told("zh" if language == "zh" else "en") for name, text in texts.items()}


def frame_texts() -> dict[str, Text]:
    """The expand frame's words in both languages."""
    return dict(_FRAME)


def picture_texts() -> dict[str, Text]:
    """The words of the picture panel and of the sizes, in both languages."""
    return _PICTURE | {"frame_large": _FRAME["frame_large"]}


def gallery_texts() -> dict[str, Text]:
    """The gallery's words in both languages."""
    return dict(_GALLERY)


def experiment_texts() -> dict[str, Text]:
    """What the axes over a form say, in both languages."""
    return dict(_EXPERIMENT)


def studio_texts() -> dict[str, Text]:
    """The studio's words in both languages, its picture panel's among them."""
    states = {f"state_{state}": word for state, word in WORDS.items()}
    return _STUDIO | states | picture_texts()
