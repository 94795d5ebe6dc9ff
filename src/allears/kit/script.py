"""Which language a short text is in, told simply by its script, and for Latin letters by its commonest small words."""

import re

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_LETTERS = re.compile(r"[^\W\d_]+")
_NOISE = re.compile(r"https?://\S+|[@#]\w+")
_SMALL = {
    "en": "the a an is are was were to of and in it i you my for on with not that this have they but at be so "
    "we me your had has just no it's don't very good great thanks please what how can",
    "es": "el la los las de que y en un una es no se por con para su lo como más pero muy mi me está son del al buena",
    "pt": "o a os as de que e em um uma é não se por com para do da no na mais mas muito meu minha foi ainda produto "
    "antes chegou recebi bom tudo ótimo entrega prazo",
    "fr": "le la les de des et en un une est que pas pour dans qui sur je il ce au avec très mais plus vous nous",
    "de": "der die das und ist nicht ich ein eine zu mit auf für es dem den von sie wir war sehr auch aber",
    "it": "il la di che e un una è non per con sono del della ho mi molto più ma anche come",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SMALL.items()}


def language_of(text: str, *, fallback: str = "") -> str:
    """The two-letter code; ``fallback`` where the text is too short to tell (one Latin word, digits, signs)."""
    if not text.isascii():
        counts = {language: len(pattern.findall(text)) for language, pattern in _SCRIPTS}
        language, most = max(counts.items(), key=lambda item: item[1])
        if counts["ja"] and counts["ja"] * 5 > counts["zh"]:
            return "ja"
        if most and most * 4 >= len(_LETTERS.findall(text)):
            return language
    return _latin(text) or fallback


_SPEAKERS = {
    word: tuple(language for language, small in _WORDS.items() if word in small)
    for words in _WORDS.values()
    for word in words
}
_KNOWN = frozenset(_SPEAKERS)
_LETTERS_ONLY = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalpha()})


def _latin(text: str) -> str:
    low = text[:300].lower()
    if "http" in low or "@" in low or "#" in low:
        low = _NOISE.sub(" ", low)
    words = low.translate(_LETTERS_ONLY).split() if low.isascii() else _LETTERS.findall(low)
    votes: dict[str, int] = {}
    for word in _KNOWN.intersection(words):
        for language in _SPEAKERS[word]:
            votes[language] = votes.get(language, 0) + 1
    best = max(votes.values(), default=0)
    leaders = [language for language, count in votes.items() if count == best]
    return leaders[0] if len(leaders) == 1 else ""
