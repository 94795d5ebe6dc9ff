"""WCAG 2.2 AA in both themes, computed from the tokens: text at least 4.5 to 1 on what it stands on."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "frontend" / "src" / "tokens.css").read_text()
TINT = 0.11  # of a mark's own colour behind its word
TEXTS = ["color-base-content", "mute", "good", "fair", "bad", "star", "color-primary", "color-error", "color-warning"]
FILLED = ["primary", "neutral", "error", "warning", "info", "success"]


def block(start: str) -> dict[str, str]:
    body = TOKENS[TOKENS.index(start) :]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body[: body.index("}")]))


THEMES = {
    "light": block('name: "light"') | block(":root {"),
    "dark": block('name: "dark"') | block('[data-theme="dark"] {'),
}


def channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(rgb: list[float]) -> float:
    red, green, blue = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in rgb]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: list[float], ground: list[float]) -> float:
    high, low = sorted((luminance(text), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_wcag_s() -> None:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio: black on white is 21, #767676 on white 4.54."""
    assert contrast([0, 0, 0], [1, 1, 1]) == pytest.approx(21)
    assert contrast(channels("#767676"), [1, 1, 1]) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", TEXTS)
def test_text_is_readable_on_panels_pages_and_its_own_tint(theme: str, token: str) -> None:
    tokens = THEMES[theme]
    text = channels(tokens[token])
    for ground in (channels(tokens["color-base-100"]), channels(tokens["color-base-200"])):
        tinted = [TINT * own + (1 - TINT) * base for own, base in zip(text, ground, strict=True)]
        assert contrast(text, ground) >= 4.5
        assert contrast(text, tinted) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", FILLED)
def test_words_on_filled_buttons_are_readable(theme: str, name: str) -> None:
    tokens = THEMES[theme]
    assert contrast(channels(tokens[f"color-{name}-content"]), channels(tokens[f"color-{name}"])) >= 4.5


def test_both_dark_blocks_say_the_same() -> None:
    """Chosen dark and the system's dark."""
    assert block('[data-theme="dark"] {') == block(":root:not([data-theme]) {")
