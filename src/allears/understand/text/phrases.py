"""Phrases of tone: what companies write, by heading; our own, in `data/lexicon/tone.<language>.txt` and `data/tone`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from allears.understand.text.corpus import Language


@lru_cache(maxsize=2)
def phrases(language: Language) -> dict[str, tuple[str, ...]]:
    """Phrases by heading; `*` in one stands for the rest of a word, `…` for up to thirty characters."""
    data = files("allears.understand.text") / "data"
    texts = [data / "lexicon" / f"tone.{language}.txt", data / "tone" / f"more.{language}.txt"]
    found: dict[str, tuple[str, ...]] = {}
    heading = ""
    for line in "\n".join(file.read_text(encoding="utf-8") for file in texts).splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
        elif line.strip() and not line.startswith("# "):
            found[heading] = (*found.get(heading, ()), *line.split("、" if language == "zh" else ", "))
    return found
