"""What does the experiment's view say? Its words in English and Chinese."""

from __future__ import annotations

from ipywanx.experiments.cells import WORDS
from ipywanx.text import Text
from ipywanx.widgets.sweep_facts import LETTERS
from ipywanx.widgets.texts import gallery_texts

_SWEEP = {
    "sweep": Text("Experiment", "实验"),
    "requests_1": Text("1 request", "1 个请求"),
    "requests": Text("{n} requests", "{n} 个请求"),
    "to_make_0": Text("nothing to make", "无需生成"),
    "to_make_1": Text("1 picture to make", "需生成 1 张图片"),
    "to_make": Text("{n} pictures to make", "需生成 {n} 张图片"),
    "free": Text("free", "免费"),
    "spent": Text("CNY {n} so far", "已花费 {n} 元"),
    "takes": Text("about {n}", "约 {n}"),
    "there_before": Text("{n} there before", "{n} 个已有"),
    "make_0": Text("Show what is there", "显示已有图片"),
    "make_1": Text("Make 1 picture", "生成 1 张图片"),
    "make": Text("Make {n} pictures", "生成 {n} 张图片"),
    "stop": Text("Stop", "停止"),
    "stop_help": Text(
        "Send nothing more. What runs already is waited for and kept.",
        "不再发送。已在运行的会等待其完成并保留。",
    ),
    "again": Text("Retry {n} failed", "重试 {n} 个失败项"),
    "again_stopped": Text("Retry {n} stopped", "重试 {n} 个已停止项"),
    "progress": Text("Progress", "进度"),
    "held": Text("Not started: it waits for you.", "尚未开始：等待您确认。"),
    "of": Text("{n} of {all}", "{n} / {all}"),
    "done": Text("{all} of {all}, done", "{all} / {all}，已完成"),
    "n_running": Text("{n} running", "{n} 个运行中"),
    "n_failed": Text("{n} failed", "{n} 个失败"),
    "n_stopped": Text("{n} stopped", "{n} 个已停止"),
    "left": Text("about {n} left", "约剩 {n}"),
    "comma": Text(", ", "，"),
    "colon": Text(": ", "："),
    "minutes": Text("min", "分"),
    "seconds": Text("s", "秒"),
    "size": Text("Size", "大小"),
    "order": Text("Order by", "排序"),
    "as_planned": Text("plan", "计划"),
    "ascending": Text("smallest first", "从小到大"),
    "scored": Text(
        "{n} cells have a score; those without one are left out.",
        "{n} 个单元有评分；没有评分的不显示。",
    ),
    "most": Text(
        "There are {all} cells; the first {n} are shown. All are in the table and the export.",
        "共有 {all} 个单元；此处只显示前 {n} 个。全部结果见表格和导出文件。",
    ),
    "best": Text("The first {n} in this order are shown.", "按此顺序只显示前 {n} 个。"),
    "cells": Text(
        "Cells. Arrows move, Enter opens, Escape closes.", "单元。方向键移动，回车打开，Esc 关闭。"
    ),
    "axes_2": Text("{rows} ↓ × {columns} →", "{rows} ↓ × {columns} →"),
    "loading": Text("picture …", "图片……"),
    "opened": Text("Opened cell", "打开的单元"),
    "previous_cell": Text("Previous cell", "上一个单元"),
    "next_cell": Text("Next cell", "下一个单元"),
    "prompt": Text("Prompt", "提示词"),
    "seed": Text("Seed", "种子"),
    "settings": Text("Settings", "设置"),
    "no_score": Text("No score", "没有评分"),
    "task": Text("Task", "任务"),
    "price": Text("Price", "价格"),
    "kept": Text("there before, no price", "已有，不计费"),
    "took": Text("Time", "用时"),
    "state": Text("State", "状态"),
    "copy_magic": Text("Copy cell", "复制单元格"),
    "copy_python": Text("Copy Python", "复制 Python"),
}
STATIC = Text("The sheet, which stays without a kernel", "静态总览图，无内核时也可查看")
"""What stands over the pictures that a saved notebook keeps."""


def sweep_texts() -> dict[str, Text]:
    """The words in both languages, with those of the gallery's parts that it is made of."""
    states = {f"cell_{letter}": WORDS[state] for state, letter in LETTERS.items()}
    return gallery_texts() | _SWEEP | states
