"""What is said in both languages, and where we look for it."""

import re
from collections import Counter
from pathlib import Path

import ipywanx
from ipywanx.text import Text

OURS = Path(ipywanx.__file__).parent


def is_chinese(words: str) -> bool:
    """Whether there is any Chinese in it."""
    return re.search(r"[\u4e00-\u9fff]", words) is not None


def spoken_alike(text: Text) -> bool:
    """Whether the second sentence is Chinese and has the first one's numbers."""
    english, chinese = (Counter(re.findall(r"[0-9]+", words)) for words in text)
    return is_chinese(text.zh) and english == chinese
