"""Numbers as each language writes them."""

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
