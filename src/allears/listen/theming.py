"""The colours of a survey's page, moved until they can be read (WCAG 2.2, 1.4.3: 4.5 to 1)."""

from collections.abc import Mapping
from functools import lru_cache

READABLE = 4.5
PAPERS: Mapping[str, str] = {"light": "#ffffff", "dark": "#191f1d"}
STEP = 0.04
Rgb = tuple[float, float, float]


def rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def luminance(colour: Rgb) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    red, green, blue = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    high, low = sorted((luminance(rgb(one)), luminance(rgb(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mixed(colour: str, towards: str, share: float) -> str:
    parts = (round((a * (1 - share) + b * share) * 255) for a, b in zip(rgb(colour), rgb(towards), strict=True))
    return "#" + "".join(f"{each:02x}" for each in parts)


@lru_cache(maxsize=256)
def readable(colour: str, paper: str) -> str:
    """The nearest shade of a colour that can be read on a paper."""
    towards = "#000000" if luminance(rgb(paper)) > 0.5 else "#ffffff"
    share = 0.0
    while contrast(found := _mixed(colour, towards, share), paper) < READABLE and share < 1:
        share = min(1.0, share + STEP)
    return found


def colours(colour: str) -> dict[str, str]:
    """Accent and the words on it, on light and on dark paper; empty without a colour of one's own."""
    if not colour:
        return {}
    light, dark = readable(colour, PAPERS["light"]), readable(colour, PAPERS["dark"])
    on = {each: max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, each)) for each in (light, dark)}
    return {"light": light, "on_light": on[light], "dark": dark, "on_dark": on[dark]}
