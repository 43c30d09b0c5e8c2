"""What can be asked? The ten functions, each one declaration.

A request is frozen and already valid: its picture is loaded, its numbers are in range. This file
is a table and longer than others for that reason; what every parameter means, its range and its
default are said here once and read by all others through :mod:`ipywanx.model.params`.
Ranges, defaults and wordings: the vendor's image edit API reference and guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ipywanx.errors import InvalidRequest, UnusableMask, unsent
from ipywanx.model.expansion import expanded_box
from ipywanx.model.images import Picture
from ipywanx.model.loading import load
from ipywanx.model.masks import Mask
from ipywanx.model.params import About, Param, describe, explain
from ipywanx.model.service_models import WANX21, ServiceModel
from ipywanx.text import Text, both

REFERENCE_PAGE = WANX21.page
GUIDE_PAGE = "https://help.aliyun.com/zh/model-studio/wanx-image-edit"
PROMPT_LIMIT = 800
"""Characters of a prompt that the service reads; it cuts the rest silently (vendor reference)."""
MAX_SEED = 2_147_483_647
"""Largest seed (vendor reference)."""


class Style(NamedTuple):
    """One style that the vendor documents, and the exact prompt that asks for it."""

    name: Text
    prompt: str


class Function(NamedTuple):
    """What a function is, apart from its parameters.

    ``aliases`` are everyday words for it, in both languages: with its titles they name it on a
    magic's line, and its help lists them. ``samples`` are prompts that work: the Chinese ones the
    vendor's, the English ones their meaning. ``default_prompt`` is what the vendor's samples always
    say where there is nothing to choose; ``blank_prompt`` tells whether an empty one means
    something; ``subject`` is the word in the styles' prompts that a person puts their own in place
    of; ``tip`` is how the vendor's guide says to write a prompt.
    """

    name: str
    title: Text
    help: Text
    samples: tuple[Text, ...]
    tip: Text
    aliases: tuple[str, ...] = ()
    styles: tuple[Style, ...] = ()
    default_prompt: str | None = None
    blank_prompt: bool = False
    subject: Text | None = None
    rights: Text | None = None
    page: str = GUIDE_PAGE
    model: ServiceModel = WANX21


def about_prompt(longest: int, model: ServiceModel) -> About:
    """The prompt of a model that reads so many characters."""
    return About(
        "text",
        "input",
        Text("Prompt", "提示词"),
        Text(
            f"What to do, in Chinese or English. The service reads the first {longest} characters.",
            f"用中文或英文描述要做什么。服务只读取前 {longest} 个字符。",
        ),
        longest=longest,
        source=model.page,
    )


class EditRequest(BaseModel):
    """One edit of one picture. Use a subclass: one for each function.

    Raises:
        InvalidRequest: On creation, for the first thing that the service would refuse.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
        defer_build=True,  # the first request builds the validators, not `import ipywanx`
    )
    about: ClassVar[Function]

    fit: Annotated[
        bool,
        About(
            "bool",
            "local",
            Text("Make it fit", "自动适配尺寸"),
            Text(
                "Resize and recompress a picture outside 512-4096 px or 10 MB, instead of refusing "
                "it.",
                "图片超出 512–4096 像素或 10 MB 时自动缩放、压缩，而不是拒绝。",
            ),
        ),
    ] = False
    image: Annotated[
        Picture,
        About(
            "image",
            "input",
            Text("Picture", "图片"),
            Text(
                "The picture to edit: path, URL, bytes, PIL image, array or earlier result; "
                "512-4096 px a side, at most 10 MB.",
                "要编辑的图片：路径、URL、字节、PIL 图像、数组或之前的结果；"
                "每边 512–4096 像素，不超过 10 MB。",
            ),
            source=REFERENCE_PAGE,
        ),
    ]
    prompt: Annotated[str, about_prompt(PROMPT_LIMIT, WANX21)]
    n: Annotated[
        int,
        Field(ge=1, le=4),
        About(
            "int",
            "parameters",
            Text("How many", "生成数量"),
            Text(
                "How many pictures to make; each one is charged.", "生成几张图片；每张都单独计费。"
            ),
            step=1,
            source=REFERENCE_PAGE,
            always_sent=True,
        ),
    ] = 1
    seed: Annotated[
        int | None,
        Field(ge=0, le=MAX_SEED),
        About(
            "int",
            "parameters",
            Text("Seed", "随机种子"),
            Text(
                "The same seed gives similar pictures again; left out, one is drawn for you and "
                "shown.",
                "相同的种子会得到相近的图片；不填则自动抽取一个并显示出来。",
            ),
            step=1,
            source=REFERENCE_PAGE,
        ),
    ] = None
    watermark: Annotated[
        bool,
        About(
            "bool",
            "parameters",
            Text("Watermark", "水印"),
            Text("Print “AI生成” at the bottom right.", "在右下角加上“AI生成”字样。"),
            source=REFERENCE_PAGE,
        ),
    ] = False

    def __init__(self, **values: Any) -> None:
        if not hasattr(type(self), "about"):
            classes = ", ".join(cls.__name__ for cls in FUNCTIONS.values())
            raise InvalidRequest(
                Text(
                    "An EditRequest says what to edit, and not which function does it.",
                    "EditRequest 只说明编辑哪张图片，没有说明使用哪个功能。",
                ),
                hint=unsent(f"Use one of {classes}.", f"请使用以下之一：{classes}。"),
                parameter="function",
            )
        try:
            super().__init__(**values)
        except ValidationError as error:
            params = {param.name: param for param in describe(type(self))}
            names = {name for cls in FUNCTIONS.values() for name in cls.model_fields}
            owners = {
                name: ", ".join(
                    cls.about.name for cls in FUNCTIONS.values() if name in cls.model_fields
                )
                for name in names
            }
            raise explain(error, self.about.name, params, owners) from None

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Load the pictures, take numpy's scalars for Python's numbers, add the usual prompt."""
        values = {
            name: value.item() if getattr(value, "shape", None) == () else value
            for name, value in values.items()
        }
        if values.get("prompt") is None and cls.about.default_prompt is not None:
            values["prompt"] = cls.about.default_prompt
        for param in describe(cls):
            if param.about.kind == "image" and values.get(param.name) is not None:
                values[param.name] = load(values[param.name], fit=values.get("fit") is True)
        if "mask" in cls.model_fields and values.get("mask") is not None:
            picture = values.get("image")
            size = picture.size if isinstance(picture, Picture) else None
            is_fitted = values.get("fit") is True
            values["mask"] = Mask.from_image(values["mask"], size=size if is_fitted else None)
        return values

    @model_validator(mode="after")
    def _prompt_is_there(self) -> Self:
        if not self.prompt.strip() and not self.about.blank_prompt:
            raise InvalidRequest(
                Text(
                    f"{self.about.name} needs a prompt, and it is empty.",
                    f"{self.about.name} 需要提示词，但它是空的。",
                ),
                hint=unsent(
                    f"For example {self.about.samples[0].en!r}.",
                    f"例如 {self.about.samples[0].zh!r}。",
                ),
                parameter="prompt",
            )
        for param, text in self._texts():
            if any("\ud800" <= letter <= "\udfff" for letter in text):
                title = param.about.title
                raise InvalidRequest(
                    Text(
                        f"The {title.en.lower()} {text[:40]!r} holds half a character, which "
                        "cannot be sent.",
                        f"{title.zh} {text[:40]!r} 中有不完整的字符，无法发送。",
                    ),
                    hint=unsent("Type it again.", "请重新输入。"),
                    parameter=param.name,
                )
        return self

    def _texts(self) -> Iterator[tuple[Param, str]]:
        """All that is written in words, with what is declared of it."""
        for param in describe(type(self)):
            if param.about.kind == "text" and (text := getattr(self, param.name)) is not None:
                yield param, text

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002 - all is frozen
        """The same request with other values, which are checked as at first."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**given | dict(update or {}))

    @property
    def given(self) -> dict[str, Any]:
        """What was set, by parameter; pictures and mask aside."""
        return {
            param.name: getattr(self, param.name)
            for param in describe(type(self))
            if not param.is_picture and param.name in self.model_fields_set
        }

    @property
    def pictures(self) -> dict[str, Picture]:
        """The pictures that go with it, by parameter, in the order of declaration; no mask."""
        named = (one.name for one in describe(type(self)) if one.about.kind == "image")
        return {name: one for name in named if (one := getattr(self, name)) is not None}

    @property
    def price(self) -> float:
        """Yuan that the service charges if all its pictures succeed."""
        return round(self.n * self.about.model.price_cny, 2)

    @property
    def notices(self) -> tuple[Text, ...]:
        """What the person should know before this is sent, one sentence each."""
        notices = [notice for one in self.pictures.values() for notice in one.notices]
        for param, text in self._texts():
            longest, title = param.about.longest or len(text), param.about.title
            if len(text) > longest:
                lost = text[longest : longest + 12]
                notices.append(
                    Text(
                        f"The {title.en.lower()} has {len(text)} characters; the service silently "
                        f"drops all after {longest}, from {lost!r} on.",
                        f"{title.zh}有 {len(text)} 个字符；服务会不加提示地丢弃第 {longest} 个"
                        f"之后的内容，即从 {lost!r} 开始。",
                    )
                )
        if self.about.rights:
            notices.append(self.about.rights)
        return tuple(notices)

    @property
    def settings(self) -> dict[str, Any]:
        """The sent parameters that differ from their defaults, and the seed; for showing."""
        return {
            param.name: getattr(self, param.name)
            for param in describe(type(self))
            if param.about.place == "parameters" and getattr(self, param.name) != param.default
        }

    @property
    def fingerprint(self) -> str:
        """A hash of all that is sent, in hex: requests that are alike in it ask for the same."""
        said: dict[str, Any] = {"function": self.about.name}
        for param in describe(type(self)):
            value = getattr(self, param.name)
            if isinstance(value, Picture):
                value = value.digest
            elif isinstance(value, Mask):
                value = value.to_json()
            if param.about.place != "local":
                said[param.name] = value
        return sha256(json.dumps(said).encode()).hexdigest()

    def with_seed(self, seed: int) -> Self:
        """The same request with a seed, where it has none yet."""
        return self if self.seed is not None else super().model_copy(update={"seed": seed})


_RIGHTS = Text(
    "Use this only on pictures that you own or may change.",
    "请仅对您拥有权利或获准修改的图片使用本功能。",
)

_Strength = Annotated[
    float,
    Field(ge=0, le=1),
    About(
        "float",
        "parameters",
        Text("Strength", "修改强度"),
        Text("0 stays near the original, 1 changes most.", "0 接近原图，1 改动最大。"),
        step=0.05,
        source=REFERENCE_PAGE,
    ),
]


def _scale(en: str, zh: str, half: str) -> About:
    return About(
        "float",
        "parameters",
        Text(en, zh),
        Text(
            f"How far to grow {en.lower()}, as a multiple of {half}; 1 adds nothing.",
            f"{zh}方向扩展到一半边长的几倍；1 表示不扩展。",
        ),
        unit="×",
        step=0.01,
        source=REFERENCE_PAGE,
    )


class StylizationAll(EditRequest):
    """Repaint the whole picture in one of two documented styles."""

    about = Function(
        "stylization_all",
        Text("Global style", "全局风格化"),
        Text("Repaint the whole picture in a style.", "把整张图片转换成一种风格。"),
        samples=(both("转换成法国绘本风格"), both("转换成金箔艺术风格")),
        tip=Text("Pick a style, or describe one.", "可选下列风格，或自行描述一种。"),
        aliases=("restyle", "stylize", "风格化", "换风格"),
        styles=(
            Style(Text("French picture book", "法国绘本"), "转换成法国绘本风格"),
            Style(Text("Gold foil art", "金箔艺术"), "转换成金箔艺术风格"),
        ),
    )
    strength: _Strength = 0.5


class StylizationLocal(EditRequest):
    """Turn one thing in the picture into another material."""

    about = Function(
        "stylization_local",
        Text("Local style", "局部风格化"),
        Text("Turn one thing in the picture into a material.", "把图片中的某个物体变成一种材质。"),
        samples=(both("把房子变成木板风格"),),
        tip=Text(
            "Say which thing changes, then pick a material or describe one.",
            "先写要改变的对象，再选择或描述一种材质。",
        ),
        aliases=("material", "换材质"),
        subject=Text("house", "房子"),
        styles=tuple(
            Style(Text(en, zh), f"把房子变成{zh}风格")
            for en, zh in (
                ("ice", "冰雕"),
                ("cloud", "云朵"),
                ("chinese festive lantern", "花灯"),
                ("wooden", "木板"),
                ("blue and white porcelain", "青花瓷"),
                ("fluffy", "毛茸茸"),
                ("weaving", "毛线"),
                ("balloon", "气球"),
            )
        ),
    )


class DescriptionEdit(EditRequest):
    """Change the picture as an instruction says, with no mask."""

    about = Function(
        "description_edit",
        Text("Instruction edit", "指令编辑"),
        Text("Add or change something by saying so.", "用一句话添加或修改内容。"),
        samples=(
            Text("Add sunglasses to the kitten", "给小猫添加一副墨镜"),
            Text("Change her hair to red", "把她的头发修改为红色"),
            Text(
                "Change her clothes to a beach shirt with a colourful print",
                "将她穿的衣服修改为彩色印花的沙滩衬衣",
            ),
        ),
        tip=Text(
            "Say what to add or change. To take something away, repaint it inside a mask instead.",
            "写明要“添加”或“修改”什么。要删除物体，建议改用局部重绘。",
        ),
        aliases=("edit", "instruct", "编辑", "改图", "修图"),
    )
    strength: _Strength = 0.5


class DescriptionEditWithMask(EditRequest):
    """Repaint what the mask covers; leave the rest as it is."""

    about = Function(
        "description_edit_with_mask",
        Text("Masked repaint", "局部重绘"),
        Text(
            "Repaint what the mask covers. With an empty prompt, small things vanish.",
            "重绘蒙版覆盖的区域。提示词为空时可删除小物体。",
        ),
        samples=(
            Text("Add a hat to the puppy", "给小狗添加一顶帽子"),
            Text("A ceramic rabbit holding a ceramic flower", "一只陶瓷兔子抱着一朵陶瓷花"),
            Text("A clear glass vase on the table", "一个透明玻璃花瓶放在桌子上"),
        ),
        tip=Text(
            "To add or change, say the action or the finished picture. To delete something large, "
            "describe what should be there afterwards, not what to delete.",
            "添加或修改时，可描述动作或最终画面。删除较大的物体时，请描述删除后的画面，"
            "而不是“删除××”。",
        ),
        aliases=("inpaint", "repaint", "重绘", "涂抹"),
        blank_prompt=True,
    )
    mask: Annotated[
        Mask,
        About(
            "mask",
            "input",
            Text("Mask", "蒙版"),
            Text(
                "White is edited, black is kept; exactly the picture's size.",
                "白色区域被编辑，黑色区域保留；尺寸必须与图片一致。",
            ),
            source=REFERENCE_PAGE,
        ),
    ]

    @model_validator(mode="after")
    def _mask_fits(self) -> Self:
        if self.image.size is not None and self.image.size != self.mask.size:
            (width, height), (mask_width, mask_height) = self.image.size, self.mask.size
            raise UnusableMask(
                Text(
                    f"The mask is {mask_width}×{mask_height} pixels, the picture {width}×{height}; "
                    "they must be equal.",
                    f"蒙版为 {mask_width}×{mask_height} 像素，图片为 {width}×{height} 像素；"
                    "两者必须相同。",
                ),
                hint=unsent(
                    f"Make it with Mask(({width}, {height})); fit=True resizes one of the same "
                    "proportions.",
                    f"请用 Mask(({width}, {height})) 创建蒙版；比例相同的蒙版可用 fit=True 缩放。",
                ),
            )
        if self.mask.area == 0:
            raise UnusableMask(
                Text(
                    "The mask is empty: nothing is white, so nothing would be edited.",
                    "蒙版是空的：没有白色部分，因此什么也不会被编辑。",
                ),
                hint=unsent("Paint where the picture is to change.", "请涂抹要修改的部分。"),
            )
        return self

    @property
    def notices(self) -> tuple[Text, ...]:
        """As for every request, and what was assumed of the mask, or that it covers nearly all."""
        said = self.mask.notices
        if not said and self.mask.area >= 0.95:
            said = (mask_covers(f"{self.mask.area:.0%}"),)
        return (*super().notices, *said)


def mask_covers(part: str) -> Text:
    """The notice of how much a mask covers."""
    return Text(f"The mask covers {part} of the picture.", f"蒙版覆盖了图片的 {part}。")


class RemoveWatermark(EditRequest):
    """Take text out of the picture."""

    about = Function(
        "remove_watermark",
        Text("Remove text", "去文字水印"),
        Text("Take Chinese and English text out of the picture.", "去除图片中的中英文文字。"),
        samples=(
            Text("Remove the text from the picture", "去除图像中的文字"),
            Text("Remove English text", "去除英文文字"),
        ),
        tip=Text(
            "Say which text: all of it, or one kind only, such as English text.",
            "说明去除哪些文字：全部，或仅一种，例如“去除英文文字”。",
        ),
        aliases=("erase-text", "去文字", "去水印"),
        default_prompt="去除图像中的文字",
        rights=_RIGHTS,
    )


class Expand(EditRequest):
    """Paint what lies beyond the picture's edges.

    Each scale acts on half the picture, measured from its centre: the result is
    ``width/2·(left+right)`` × ``height/2·(top+bottom)`` pixels.
    """

    about = Function(
        "expand",
        Text("Outpaint", "扩图"),
        Text("Paint what lies beyond the edges.", "向四周扩展画面。"),
        samples=(
            Text("A green fairy", "一位绿色仙子"),
            Text("A family on a lawn in the park", "一家人在公园草坪上"),
        ),
        tip=Text(
            "Describe the whole picture that you want, not only what is new.",
            "描述扩图后的整幅画面，而不只是新增的部分。",
        ),
        aliases=("extend", "uncrop", "扩展", "外扩"),
    )
    top_scale: Annotated[float, Field(ge=1, le=2), _scale("Up", "上", "half the height")] = 1.0
    bottom_scale: Annotated[float, Field(ge=1, le=2), _scale("Down", "下", "half the height")] = 1.0
    left_scale: Annotated[float, Field(ge=1, le=2), _scale("Left", "左", "half the width")] = 1.0
    right_scale: Annotated[float, Field(ge=1, le=2), _scale("Right", "右", "half the width")] = 1.0

    @property
    def output_size(self) -> tuple[int, int] | None:
        """(width, height) in pixels of what comes back; None for a URL, whose size is not known."""
        if self.image.size is None:
            return None
        scales = (self.top_scale, self.bottom_scale, self.left_scale, self.right_scale)
        return expanded_box(self.image.size, *scales)[:2]


class SuperResolution(EditRequest):
    """Make the picture larger and sharper."""

    about = Function(
        "super_resolution",
        Text("Super-resolution", "图像超分"),
        Text("Make the picture larger and sharper.", "放大图片并提升清晰度。"),
        samples=(Text("Image super-resolution", "图像超分"),),
        tip=Text(
            "The default prompt is enough; describing the picture may help.",
            "默认的“图像超分”即可；也可以描述画面内容。",
        ),
        aliases=("upscale", "enlarge", "sharpen", "超分", "放大"),
        default_prompt="图像超分",
    )
    upscale_factor: Annotated[
        int,
        Field(ge=1, le=4),
        About(
            "int",
            "parameters",
            Text("Factor", "放大倍数"),
            Text(
                "How many times wider and higher; 1 only sharpens.", "宽和高放大几倍；1 只做锐化。"
            ),
            unit="×",
            step=1,
            source=REFERENCE_PAGE,
        ),
    ] = 1


class Colorization(EditRequest):
    """Give a greyscale picture colours."""

    about = Function(
        "colorization",
        Text("Colorize", "图像上色"),
        Text(
            "Give a greyscale picture colours; name them, or leave the prompt empty.",
            "为黑白图片上色；可指定颜色，也可留空。",
        ),
        samples=(Text("Blue background, yellow leaves", "蓝色背景，黄色的叶子"),),
        tip=Text(
            "Name the colours of things, or leave it empty for automatic ones.",
            "写明各部分的颜色；留空则自动上色。",
        ),
        aliases=("color", "colour", "colourize", "上色", "着色"),
        default_prompt="",
        blank_prompt=True,
    )


class Doodle(EditRequest):
    """Paint a picture from line art."""

    about = Function(
        "doodle",
        Text("Sketch to image", "线稿生图"),
        Text("Paint a picture from its lines.", "根据线稿生成图片。"),
        samples=(
            Text("A living room in a minimalist Nordic style", "北欧极简风格的客厅。"),
            Text("A tree, in anime style", "一颗树，二次元动漫风格"),
        ),
        tip=Text(
            "Be as concrete as possible: things, colours, material, style.",
            "描述尽量具体：物体、颜色、材质与风格。",
        ),
        aliases=("sketch", "draw", "线稿", "涂鸦"),
    )
    is_sketch: Annotated[
        bool,
        About(
            "bool",
            "parameters",
            Text("It is a sketch", "输入已是线稿"),
            Text(
                "The picture already is line art; otherwise its lines are drawn first.",
                "输入图片本身就是线稿；否则先从图片中提取线稿。",
            ),
            source=REFERENCE_PAGE,
        ),
    ] = False


class ControlCartoonFeature(EditRequest):
    """Put the cartoon character of the picture into a new scene."""

    about = Function(
        "control_cartoon_feature",
        Text("Cartoon reference", "参考卡通形象生图"),
        Text(
            "Put the picture's cartoon character into a new scene; begin the prompt with 卡通形象.",
            "让图中的卡通形象出现在新场景中；提示词以“卡通形象”开头。",
        ),
        samples=(
            Text(
                "卡通形象 (the cartoon figure) pokes its head out carefully and peers at a shining "
                "blue gem in the room",
                "卡通形象小心翼翼地探出头，窥视着房间内一颗璀璨的蓝色宝石",
            ),
        ),
        tip=Text(
            "Begin with 卡通形象 (“the cartoon figure”), then say what it does and where. Cartoon "
            "figures only.",
            "以“卡通形象”开头，描述它的动作与所处场景。仅支持卡通形象。",
        ),
        aliases=("cartoon", "卡通", "垫图"),
        rights=_RIGHTS,
    )


FUNCTIONS: dict[str, type[EditRequest]] = {
    cls.about.name: cls
    for cls in (
        StylizationAll,
        StylizationLocal,
        DescriptionEdit,
        DescriptionEditWithMask,
        RemoveWatermark,
        Expand,
        SuperResolution,
        Colorization,
        Doodle,
        ControlCartoonFeature,
    )
}
"""The ten request classes by the service's names, in the order of the vendor's pages."""
