"""Who speaks in a transcript, and transcripts as text: WebVTT, SRT and “Agent: …” lines, as turns. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

CUSTOMER, AGENT, BOT = "customer", "agent", "bot"
MOST_FIGURES = 3  # of a number that only counts speakers
# Whole words that a transcript may call its sides by, in lower case; what follows them (a number, a name) is theirs.
SIDES: dict[str, frozenset[str]] = {
    CUSTOMER: frozenset(
        [
            "customer",
            "client",
            "caller",
            "user",
            "visitor",
            "guest",
            "buyer",
            "consumer",
            "member",
            "passenger",
            "patient",
            "contact",
            "subscriber",
            "客户",
            "顾客",
            "用户",
            "访客",
            "买家",
            "来电人",
            "来电者",
            "主叫",
            "会员",
            "消费者",
            "客人",
            "乘客",
            "客戶",
            "顧客",
            "用戶",
            "訪客",
        ]
    ),
    AGENT: frozenset(
        [
            "agent",
            "staff",
            "advisor",
            "adviser",
            "operator",
            "representative",
            "rep",
            "support",
            "associate",
            "employee",
            "seller",
            "host",
            "csr",
            "supervisor",
            "manager",
            "assistant",
            "consultant",
            "客服",
            "坐席",
            "座席",
            "专员",
            "店员",
            "接线员",
            "话务员",
            "顾问",
            "员工",
            "卖家",
            "商家",
            "服务员",
            "人工",
            "人工客服",
            "经理",
            "客服专员",
            "被叫",
            "店長",
            "客服人員",
            "專員",
        ]
    ),
    BOT: frozenset(
        [
            "bot",
            "chatbot",
            "robot",
            "ivr",
            "system",
            "virtual",
            "ai",
            "machine",
            "automated",
            "机器人",
            "智能客服",
            "智能助手",
            "系统",
            "语音导航",
            "機器人",
            "系統",
        ]
    ),
}
_SIDE_OF = {word: side for side, words in SIDES.items() for word in words}
_HAN_WORDS = sorted((word for word in _SIDE_OF if not word.isascii()), key=len, reverse=True)
NO_NAMES = frozenset(["vip", "the", "our", "new", *_SIDE_OF])
_WORDS = re.compile(r"[a-z]+")
_LETTERS = re.compile(r"[A-Za-z]+")
# No two neighbours in these match the same characters, so that no line takes long, whatever stands in it.
_NO_NAME = r":：,，;；|\t\"\n<>"
_LINE = re.compile(
    r"^\s*+(?:[\[(（]?(?P<before>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?)[\])）]?\s*+(?:[-–]\s*+)?)?"
    rf"(?P<who>[^\s{_NO_NAME}](?:[^{_NO_NAME}]{{0,58}}?[^\s{_NO_NAME}])??)\s*+"
    r"(?:[\[(（](?P<after>\d{1,2}:\d{2}(?::\d{2})?)[\])）]\s*+)?[:：](?!//)\s*+(?P<text>.*)$"
)
_CUE = re.compile(r"^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One turn as the text has it; ``after`` is the time since the beginning, where it is told."""

    who: str
    text: str
    after: timedelta | None = None


def side_of(who: str) -> str:
    """customer, agent or bot; empty where the name is not known to be any."""
    low = who.strip().lower()
    if low in _SIDE_OF:
        return _SIDE_OF[low]
    for word in _HAN_WORDS:
        if word in low:
            return _SIDE_OF[word]
    found = [_SIDE_OF[word] for word in _WORDS.findall(low) if word in _SIDE_OF]
    return BOT if BOT in found else found[0] if found else ""


def sides_of(names: Sequence[str]) -> dict[str, str]:
    """The side of each name. One stranger beside agents alone is the customer; one beside the customer is the agent."""
    sides = {name: side_of(name) for name in dict.fromkeys(names)}
    strangers = [name for name, side in sides.items() if not side]
    known = {side for side in sides.values() if side}
    if len(strangers) == 1 and AGENT in known and CUSTOMER not in known:
        sides[strangers[0]] = CUSTOMER
    elif len(strangers) == 1 and CUSTOMER in known and AGENT not in known:
        sides[strangers[0]] = AGENT
    return sides


def name_in(who: str) -> str:
    """What a speaker is called beside the words for a side: “Customer Zoe Ko” is Zoe Ko, “Caller 2” nobody."""
    for word in _HAN_WORDS:
        who = who.replace(word, " ")
    kept = _LETTERS.sub(lambda found: "" if found[0].lower() in NO_NAMES else found[0], who)
    rest = " ".join(kept.split()).strip(" .:#-_()[]（）【】")
    return rest if any(char.isalpha() for char in rest) or sum(map(str.isdecimal, rest)) > MOST_FIGURES else ""


def is_cues(text: str) -> bool:
    """Whether it is WebVTT or SRT."""
    start = text.lstrip("\ufeff \t\r\n")
    return start.startswith("WEBVTT") or bool(
        re.match(r"(?:\d+\s*\n)?\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->", start)
    )


def _begins(line: str) -> re.Match[str] | None:
    """A line that begins with who speaks: a name of few words, not the middle of a sentence."""
    match = _LINE.match(line)
    if match is None:
        return None
    who = match["who"].strip()
    return match if who and len(who.split()) <= 3 and (side_of(who) or not who[0].islower()) else None


def is_lines(text: str) -> bool:
    """Whether its lines begin with who speaks: two sides at least, one of them known."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    found = [match for line in lines if (match := _begins(line))]
    names = {match["who"].strip() for match in found}
    sides = {side for name in names if (side := side_of(name))}
    return len(found) >= 2 and len(found) >= len(lines) / 2 and len(names) <= 8 and bool(sides) and len(names) >= 2


def read(text: str) -> list[Spoken]:
    """The turns of a transcript; neighbouring cues of one speaker are one turn. Empty where it is none."""
    return list(_joined(_cues(text) if is_cues(text) else _lines(text)))


def _cues(text: str) -> Iterator[Spoken]:
    who = ""
    for block in re.split(r"\r?\n\s*\r?\n", text.lstrip("\ufeff")):
        lines = block.strip().splitlines()
        place = next((number for number, line in enumerate(lines) if _CUE.match(line)), None)
        if place is None:
            continue
        cue = _CUE.match(lines[place])
        after = _time(cue[1]) if cue else None
        for line in lines[place + 1 :]:
            named = _VOICE.search(line)
            plain = _plain(line)
            said = None if named else _LINE.match(plain)
            if named:
                who = _plain(named[1]).strip()
            elif said and (side_of(said["who"]) or said["who"].strip() == who):
                who, plain = said["who"].strip(), said["text"]
            if plain.strip():
                yield Spoken(who=who, text=plain.strip(), after=after)


def _plain(text: str) -> str:
    return _TAG.sub("", text).replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")


def _lines(text: str) -> Iterator[Spoken]:
    """A line without a name goes on with what the last one said."""
    current: Spoken | None = None
    for line in text.lstrip("\ufeff").splitlines():
        match = _begins(line)
        if match and (match["text"] or side_of(match["who"])):
            if current:
                yield current
            time = match["before"] or match["after"]
            current = Spoken(who=match["who"].strip(), text=match["text"].strip(), after=_time(time) if time else None)
        elif current and line.strip():
            current = Spoken(who=current.who, text=f"{current.text}\n{line.strip()}".strip(), after=current.after)
    if current:
        yield current


def _joined(turns: Iterator[Spoken]) -> Iterator[Spoken]:
    last: Spoken | None = None
    for turn in turns:
        if last and turn.who == last.who:
            between = "" if last.text[-1:] > "\u2e80" else " "
            last = Spoken(who=last.who, text=f"{last.text}{between}{turn.text}".strip(), after=last.after)
            continue
        if last and last.text:
            yield last
        last = turn
    if last and last.text:
        yield last


def _time(stated: str) -> timedelta:
    hours, minutes, seconds = [0.0, 0.0, 0.0, *map(float, stated.replace(",", ".").split(":"))][-3:]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
