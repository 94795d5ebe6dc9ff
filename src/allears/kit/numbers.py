"""Numbers as each language writes them."""

_WHOLE = {"0.0", "100.0"}
_STEPS = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "k")),
    "zh": ((1e8, "亿"), (1e4, "万")),
}


def compact(value: float | None, *, language: str) -> str:
    """12_345 → "12.3k" (en), "1.2万" (zh); under ten thousand, the whole number with separators; None → "–"."""
    if value is None:
        return "–"
    steps = _STEPS["zh" if language.startswith("zh") else "en"]
    for size, suffix in steps:
        if abs(value) >= 10_000 and abs(value) >= size * 0.99995:  # 999,960 is 1M, not 1,000k
            return f"{value / size:,.1f}".removesuffix(".0") + suffix
    return f"{value:,.1f}".removesuffix(".0")


def percent(share: float | None, *, digits: int = 1) -> str:
    """A share between 0 and 1 as every page, file of words and command shows it: 66.7%, 25.0%, 0%; None → "–".

    Always as many digits, so that figures stand one under the other; only nothing and all are whole.
    """
    return "–" if share is None else f"{_hundredfold(share, digits)}%"


def tidy_percent(share: float) -> str:
    """A share that a person set: 50%, 12.5%."""
    return f"{_hundredfold(share, 1).removesuffix('.0')}%"


def _hundredfold(share: float, digits: int) -> str:
    shown = f"{100 * share:,.{digits}f}".replace("-", "−")
    return shown.removesuffix(".0") if shown in _WHOLE else "0" if shown == "−0.0" else shown
