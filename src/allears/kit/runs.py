"""What an index of words is made of: runs of letters and digits, and runs of scripts without spaces between words."""

import re
from typing import Final

_DENSE: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"  # Chinese, Japanese, Korean
_RUN: Final = re.compile(rf"[{_DENSE}]+|[^\W_{_DENSE}]+")
_IS_DENSE: Final = re.compile(f"[{_DENSE}]")


def runs(text: str) -> list[str]:
    """In order; none holds both kinds."""
    return _RUN.findall(text)


def is_dense(run: str) -> bool:
    """Whether a run is of a script that has no spaces."""
    return bool(_IS_DENSE.match(run))
