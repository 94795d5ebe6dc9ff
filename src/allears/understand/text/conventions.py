"""What people write beside words, and whose words they are: conventions of micro-blogs and chats made plain.

Letter for letter, as every fold is: the text keeps its length, so that spans hold in the original. `[泪]`, `T_T` and
a rare emoji become a sign that the lexicons know, laughter in letters becomes laughter in words, and what somebody else
said (`//@name:`, `RT @name:` after words of one's own, `#topic#`) becomes blanks. Names of emoticons are those that the
keyboards of Weibo, WeChat and QQ publish; none was taken from a data set.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from allears.understand.text.corpus import Language

_HINT: Final = re.compile(
    r"[\[@#:;=^<>＠＃_\u2600-\u27bf\U0001f000-\U0001faff()（）╮→\\]"
    r"|hhh|333|[Ss]orry (?:to|for) |too much trouble|[TQ][AoOwv.-][TQ]|orz|Orz|ORZ|o[Tt]z|OTZ|xD|XD|XP"
)
_NAMED: Final = re.compile(r"\[([\u4e00-\u9fffA-Za-z0-9]{1,5})\]")
_WORD: Final = re.compile(r"[^\W_]")
_SAID_BEFORE: Final = re.compile(r"//\s?[@＠][^\s:：@＠/]{1,40}[:：]")
_AGAIN: Final = re.compile(r"(?:(?<=\s)|^)RT [@＠]?[\w*.\-]{1,40}[:：]?")
_ONLY_PASSED_ON: Final = re.compile(r"转发微博|轉發微博|转发|轉發|[Rr]epost(?:ed)?|快转微博|分享图片|分享视频")
_REPLY: Final = re.compile(r"(?:回复|回覆|Reply to |reply to )[@＠][^\s:：@＠]{1,40}[:：]")
_MENTION: Final = re.compile(r"(?<=[\u4e00-\u9fff])[@＠][\w*\-]{1,30}(?=[\s:：,，。!！?？]|$)")
_TOPIC: Final = re.compile(r"[#＃][^#＃\n]{1,30}[#＃]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_LEAST_WORDS: Final = 4  # Chinese characters beside `#topic#`: fewer, and the topic is what is said
_LAUGHTER: Final = re.compile(r"(?<![A-Za-z0-9.])(?:h{3,}|23{2,})(?![A-Za-z0-9.%元块个号年月日天人分])", re.IGNORECASE)
_HEART: Final = re.compile(r"(?<![A-Za-z0-9<])<3(?=\s*(?:$|[!.,~\n<]))")  # not “in <3 days”
_AFTER_WORD: Final = re.compile(r"(?<=[A-Za-z]):-?[()](?![A-Za-z0-9])")  # thanks:)
_EXCUSED: Final = re.compile(  # a way of beginning, and no regret
    r"\b(?:I'm |I am )?(?:so |very )?sorry (?:to|for) (?:bother|trouble|disturb)(?:ing)? you\b"
    r"|\bif it(?:'s|’s| is) not too much trouble\b",
    re.IGNORECASE,
)
_THANKED: Final[dict[Language, re.Pattern[str]]] = {  # at the end of what asks for something: good manners, no praise
    "en": re.compile(
        r"(?<=[\s.,!?;])(?:(?:many|much) )?(?:thanks|thank you|thx|cheers)"
        r"(?: (?:in advance|so much|very much|a lot|again|guys|team))?[\s.!,~🙏🙂😊]*$",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "(?<=[,，。.!！?？;；~\\s])(?:非常)?(?:谢谢|多谢|感谢|谢了)(?:您|你|啦|了|哈|啊|亲|老板|商家|客服)?[\\s~。.!！🙏]*$"
    ),
}
_REQUEST: Final[dict[Language, re.Pattern[str]]] = {  # not “what I was looking for”, “people need to”, 帮我解决了
    "en": re.compile(
        r"\?|\b(?:please|pls|plz|kindly|(?:could|can|would|will) (?:you|i|we|someone)|let me know|leave (?:it|them)|"
        r"make sure|(?<!was )(?<!were )(?<!been )looking for|(?:i|we)(?:'ll| will| just| also| really)? need)\b|"
        r"(?:^|[.!]) *need\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "[?？吗]|请(?!客)|麻烦|备注|能否|能不能|可否|"
        "(?:帮我|帮忙|咨询|希望|需要|不要(?!太|不要|的))(?![^,，。.!！?？;；~ ]{0,16}了(?!没))"
    ),
}
_TONES: Final = re.compile("[\U0001f3fb-\U0001f3ff]")


def plain(text: str, language: Language) -> str:
    """The text with its conventions made plain; `len(plain(text, …)) == len(text)`."""
    own = _without_thanks(text, language)
    if not _HINT.search(own):
        return own
    own = _own_words(own)
    if language == "zh":
        own = _LAUGHTER.sub(lambda found: "哈" * len(found[0]), _topics_blank(_MENTION.sub(_blank, own)))
    else:
        own = _EXCUSED.sub(_blank, own)
    if "[" in own:
        own = _NAMED.sub(_sign_of_name, own)
    own = _AFTER_WORD.sub(_sign_of_face, _HEART.sub("😍 ", own))
    out = _TONES.sub(" ", _faces().sub(_sign_of_face, own)).translate(_emoji(language))
    assert len(out) == len(text)
    return out


def _without_thanks(text: str, language: Language) -> str:
    thanked = _THANKED[language].search(text)
    if thanked is None or not _REQUEST[language].search(text, 0, thanked.start()):
        return text
    return text[: thanked.start()] + " " * (len(text) - thanked.start())


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _own_words(text: str) -> str:
    """What the writer said; where that is nothing, what was passed on is all there is and stays."""
    if "@" not in text and "＠" not in text and "RT " not in text:
        return text
    for begins in (_SAID_BEFORE, _AGAIN):
        if (first := begins.search(text)) is not None:
            own = _ONLY_PASSED_ON.sub(_blank, text[: first.start()])
            if _WORD.search(re.sub(r"[@＠]\S+", "", own)):
                text = own + " " * (len(text) - first.start())
            else:
                text = own + begins.sub(_blank, text[first.start() :])
    return _REPLY.sub(_blank, text)


def _topics_blank(text: str) -> str:
    """`#topic#` is a heading that many share; its words are not what this writer feels."""
    if text.count("#") + text.count("＃") < 2:
        return text
    blanked = _TOPIC.sub(_blank, text)
    return blanked if len(_HAN.findall(blanked)) >= _LEAST_WORDS else text


def _sign_of_name(found: re.Match[str]) -> str:
    sign = _table()["names"].get(found[1])
    return found[0] if sign is None else sign + " " * (len(found[0]) - 1)


def _sign_of_face(found: re.Match[str]) -> str:
    return _table()["faces"][found[0]] + " " * (len(found[0]) - 1)


def digest() -> str:
    """Of this step's code and signs: they are no part of the weights, but what is said of a text hangs on them."""
    here = files("allears.understand.text")
    seen = hashlib.blake2b(digest_size=16)
    for file in (here / "conventions.py", here / "data" / "conventions.txt"):
        seen.update(file.read_bytes())
    return seen.hexdigest()


@lru_cache
def _table() -> dict[str, dict[str, str]]:
    """By kind: what is written, and the sign for it."""
    out: dict[str, dict[str, str]] = {}
    kind: dict[str, str] = {}
    written = (files("allears.understand.text") / "data" / "conventions.txt").read_text(encoding="utf-8")
    for line in written.splitlines():
        if line.startswith("## "):
            kind = out.setdefault(line[3:], {})
        elif not line.startswith("#"):
            sign, _, names = line.partition(" | ")
            kind.update(dict.fromkeys(names.split(" "), sign))
    return out


@lru_cache
def _faces() -> re.Pattern[str]:
    """The longest first; a face of letters stands apart from words, one that begins with a colon after no figure."""
    written = sorted(_table()["faces"], key=lambda face: -len(face))
    bare = "|".join(re.escape(face) for face in written)
    return re.compile(rf"(?<![A-Za-z0-9_/\\:=])(?:{bare})(?![A-Za-z0-9_/])")


@lru_cache
def _emoji(language: Language) -> dict[int, str]:
    """Emoji that the lexicon of this language does not hold, and one that it does for each."""
    from allears.understand.text import lexicon

    held = {
        *lexicon.sentiment(language),
        *(word for words in lexicon.words("emotions", language).values() for word in words),
    }
    return {ord(each): sign for each, sign in _table()["emoji"].items() if each not in held}
