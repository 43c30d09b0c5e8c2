"""Which prompts are to be compared? Alternatives in braces, and words that are replaced.

Each gives a dict of prompts by what is chosen in them, for an axis of a sweep.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ipywanx.errors import InvalidRequest, unsent
from ipywanx.given import as_text
from ipywanx.text import Text

MOST_PROMPTS = 1000
"""Prompts of one axis."""
NOTHING = "–"
"""What an empty choice is called."""
_COUNTED = re.compile(r"\s*(\d{1,4})\s*\$\$(.*)", re.DOTALL)
_CHINESE = re.compile("[\u3400-\u9fff\uff0c\u3002]")


class _Group(NamedTuple):
    """One pair of braces, what can stand for it, and how many of that at once."""

    start: int
    end: int
    words: list[str]
    together: int


def alternatives(prompt: str) -> dict[str, str]:
    """All prompts that a text with alternatives means, in order, by the words that are chosen.

    Args:
        prompt: ``{red|blue}`` is one of them; ``{2$$a|b|c}`` any two, with a comma between them.
            A choice may be empty. Braces without ``|`` stay as they are. Full-width ``｛红｜蓝｝``
            is read alike.

    Raises:
        InvalidRequest: Braces are nested or not closed, there are more than 1000 prompts, or it is
            no text.

    Example:
        >>> wx.alternatives("a {red|blue} cat")
        {'red': 'a red cat', 'blue': 'a blue cat'}
    """
    prompt = as_text(prompt, "prompt")
    groups = list(_groups(prompt))
    refuse_many(math.prod(math.comb(len(group.words), group.together) for group in groups))
    joint = "，" if _CHINESE.search(prompt) else ", "
    choices = (itertools.combinations(group.words, group.together) for group in groups)
    made = []
    for chosen in itertools.product(*choices):
        text, at = "", 0
        for group, words in zip(groups, chosen, strict=True):
            text += prompt[at : group.start] + joint.join(words)
            at = group.end
        made.append((itertools.chain(*chosen), text + prompt[at:]))
    return labelled_prompts(made)


def replacing(prompt: str, old: str, *new: str) -> dict[str, str]:
    """The prompt with words replaced: first as it is, called ``old``, then with each of ``new``.

    Raises:
        InvalidRequest: ``old`` is not in the prompt, or one of them is no text.

    Example:
        >>> wx.replacing("a red cat", "red", "blue", "green")
        {'red': 'a red cat', 'blue': 'a blue cat', 'green': 'a green cat'}
    """
    prompt, old = as_text(prompt, "prompt"), as_text(old, "old")
    words = [old, *(as_text(word, "new") for word in new)]
    if not old or old not in prompt:
        raise InvalidRequest(
            Text(
                f"{old!r} is not in the prompt {prompt!r}.", f"提示词 {prompt!r} 中没有 {old!r}。"
            ),
            hint=unsent(
                "Give words of the prompt, exactly as they stand in it.",
                "请给出提示词中原样出现的词语。",
            ),
            parameter="prompt",
        )
    return labelled_prompts([((word,), prompt.replace(old, word)) for word in words])


def labelled_prompts(made: Iterable[tuple[Iterable[str], str]]) -> dict[str, str]:
    """Prompts by their chosen words; by themselves where nothing was chosen, or words are alike."""
    found: dict[str, str] = {}
    for chosen, prompt in made:
        label = ", ".join(word or NOTHING for word in chosen) or prompt
        found[prompt if found.get(label, prompt) != prompt else label] = prompt
    return found


def refuse_many(count: int) -> None:
    """Refuse more prompts than anybody looks at.

    Raises:
        InvalidRequest: There are more than :data:`MOST_PROMPTS`.
    """
    if count > MOST_PROMPTS:
        raise InvalidRequest(
            Text(
                f"This means {count} prompts; at most {MOST_PROMPTS} can be made at once.",
                f"这表示 {count} 个提示词；一次最多 {MOST_PROMPTS} 个。",
            ),
            hint=unsent("Give fewer choices.", "请减少选项。"),
            parameter="prompt",
        )


def _groups(prompt: str) -> Iterator[_Group]:
    """The braces that hold alternatives, from left to right."""
    at = 0
    while found := re.compile("[{｛]").search(prompt, at):
        start = found.start()
        end = _closing(prompt, start)
        inside = prompt[start + 1 : end - 1] if end else prompt[start + 1 :]
        at = end or len(prompt)
        if not re.search("[|｜]", inside):
            at = at if end else start + 1
            continue
        if not end:
            raise _unreadable(
                Text(f"{prompt[start:]!r} is not closed.", f"{prompt[start:]!r} 没有闭合。"),
                Text("Add the missing }.", "请补上缺少的 }。"),
            )
        if re.search("[{｛]", inside):
            raise _unreadable(
                Text(
                    f"Braces inside braces cannot be read: {prompt[start:end]!r}.",
                    f"花括号不能嵌套：{prompt[start:end]!r}。",
                ),
                Text("Write all choices out in one pair.", "请在一对花括号中写出所有选项。"),
            )
        yield _group(prompt, start, end)


def _closing(prompt: str, start: int) -> int:
    """Where the braces that begin at ``start`` end, nested ones within; 0 where they do not."""
    depth = 0
    for sign in re.finditer("[{}｛｝]", prompt[start:]):
        depth += 1 if sign[0] in "{｛" else -1
        if depth == 0:
            return start + sign.end()
    return 0


def _group(prompt: str, start: int, end: int) -> _Group:
    inside, count = prompt[start + 1 : end - 1], 1
    if counted := _COUNTED.fullmatch(inside):
        count, inside = int(counted[1]), counted[2]
    words = [word.strip() for word in re.split("[|｜]", inside)]
    if not 1 <= count <= len(words):
        raise _unreadable(
            Text(
                f"{prompt[start:end]!r} asks for {count} of {len(words)} choices.",
                f"{prompt[start:end]!r} 要求选 {count} 个，但共有 {len(words)} 个选项。",
            ),
            Text(
                "Choose at least one, and no more than there are.", "请至少选一个，且不超过选项数。"
            ),
        )
    return _Group(start, end, words, count)


def _unreadable(what: Text, hint: Text) -> InvalidRequest:
    return InvalidRequest(what, hint=unsent(*hint), parameter="prompt")
