"""Who speaks in a transcript, and transcripts as text: WebVTT, SRT and “Agent: …” lines, as turns. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
            "service",
            "services",
            "care",
            "success",
            "relations",
            "desk",
            "helpdesk",
            "team",
            "receptionist",
            "cashier",
            "clerk",
            "客服",
            "坐席",
            "座席",
            "专员",
            "客户经理",
            "客户服务",
            "客户代表",
            "客户专员",
            "客户顾问",
            "客户主管",
            "客户成功",
            "顾客服务",
            "会员服务",
            "会员顾问",
            "用户运营",
            "客戶經理",
            "客戶服務",
            "导购",
            "旗舰店",
            "专卖店",
            "专营店",
            "店长",
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
_DATE = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?)"
_DAY_OF_WEEK = r"(?:[(（]?(?:周|星期|週)[一二三四五六日天][)）]?|\([A-Za-z]{2,9}\))"
_CLOCK = r"(?:上午|下午|晚上|凌晨|中午|早上)?\s?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,3})?)?(?:\s?[AaPp]\.?[Mm]\.?)?Z?"
_WHEN = rf"(?P<at>(?:{_DATE}(?:T|[,，]?\s{{0,3}}(?:{_DAY_OF_WEEK}\s?)?))?{_CLOCK})"
# A chat that a program wrote out: “[05/03/2026, 10:00] Zoe: …”, “10:00⇥Zoe⇥…”, “Zoe 2026/3/5 10:00” above her words.
_STAMPED = re.compile(rf"^\s*+[\[(（【]?{_WHEN}[\])）】]?(?P<tab>\t)?\s*+(?:[-–—|]\s*+)?(?P<rest>\S.*)?$")
_TABBED = re.compile(r"^(?P<who>[^\t]{1,60})\t(?P<text>.*)$")
_NAMED_ABOVE = re.compile(
    r"^\s*+(?P<who>[^\s:：]{1,40}[:：][^\s:：\[(（]{1,40}|[^\s\[(（【:：](?:[^:：\t]{0,58}?[^\s:：])??)"
    rf"(?:\s{{0,3}}[\[(（]|\s{{1,8}}){_WHEN}[\])）]?\s*+(?:[:：]\s*+(?P<text>.*))?$"
)
_DAY_LINE = re.compile(rf"^[\s—–=-]{{0,20}}(?P<day>{_DATE})\s?{_DAY_OF_WEEK}?[\s—–=-]{{0,20}}$")
_CONTACT = re.compile(r"\s*[(（<][^()（）<>\s]{0,60}[\d@][^()（）<>\s]{0,60}[)）>]$")  # “Zoe<zoe@x>”, “Zoe(12345)”
_CUE = re.compile(r"^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202c\ufeff"))  # of direction, in WhatsApp's files
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One turn as the text has it: ``after`` the beginning or ``at`` a time with its day, where it is told."""

    who: str
    text: str
    after: timedelta | None = None
    at: str = ""


def side_of(who: str) -> str:
    """customer, agent or bot; empty where the name is not known to be any."""
    low = who.strip().lower()
    if low in _SIDE_OF:
        return _SIDE_OF[low]
    for word in _HAN_WORDS:
        if word in low:
            return _SIDE_OF[word]
    found = [_SIDE_OF[word] for word in _WORDS.findall(low) if word in _SIDE_OF]
    return next((side for side in (BOT, AGENT, CUSTOMER) if side in found), "")  # “Customer Service” is no customer


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


_COUNTED = re.compile(
    r"(?:speaker|spk|channel|person|participant|说话人|发言人|讲话人|講話人)[ _-]*(?:\d{1,3}|[a-z])", re.IGNORECASE
)


def is_counted(who: str) -> bool:
    """Whether a program that only tells voices apart called somebody so: “Speaker 1”, “SPEAKER_00”, 说话人2."""
    return bool(_COUNTED.fullmatch(who.strip()))


def name_in(who: str) -> str:
    """What a speaker is called beside the words for a side: “Customer Zoe Ko” is Zoe Ko, “Caller 2” nobody."""
    if is_counted(who):
        return ""
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
    if who[-1:].isdigit() and re.match(r"[:：]\d{2}(?!\d)", line[match.end("who") :]):
        return None  # the hour of “Tomorrow 10:00”
    return match if who and len(who.split()) <= 3 and (side_of(who) or not who[0].islower()) else None


def is_lines(text: str) -> bool:
    """Whether its lines begin with who speaks: two sides at least, one of them known."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    if headed := _headed(lines):
        return any(side_of(each.who) for each in headed) and len({each.who for each in headed}) in range(2, 9)
    found = [match for line in lines if (match := _begins(line))]
    names = {match["who"].strip() for match in found}
    sides = {side for name in names if (side := side_of(name) or is_counted(name))}
    return len(found) >= 2 and len(found) >= len(lines) / 2 and len(names) <= 8 and bool(sides) and len(names) >= 2


def read(text: str) -> list[Spoken]:
    """The turns of a transcript; neighbouring cues of one speaker are one turn. Empty where it is none."""
    if is_cues(text):
        return list(_joined(_cues(text)))
    return list(_joined(iter(_headed(text.lstrip("\ufeff").splitlines()) or _lines(text))))


def _cues(text: str) -> Iterator[Spoken]:
    who, blocks = "", [each.strip().splitlines() for each in re.split(r"\r?\n\s*\r?\n", text.lstrip("\ufeff"))]
    named_by_line = _name_their_speakers(blocks)
    for lines in blocks:
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
            elif said and (side_of(said["who"]) or said["who"].strip() == who or (named_by_line and _begins(plain))):
                who, plain = said["who"].strip(), said["text"]
            if plain.strip():
                yield Spoken(who=who, text=plain.strip(), after=after)


def _name_their_speakers(blocks: Sequence[Sequence[str]]) -> bool:
    """Whether most cues begin with a name, as Zoom writes them: then any name is one, also of a stranger."""
    cues = [lines for lines in blocks if any(_CUE.match(line) for line in lines)]
    first = [next((line for line in reversed(lines) if _begins(_plain(line))), "") for lines in cues]
    return len([line for line in first if line]) > len(cues) * 0.8


def _headed(lines: Sequence[str]) -> list[Spoken]:
    """The turns of a chat that a program wrote out; nothing where the text is none.

    A day may stand by itself above its turns. A stamped line without a name is a notice (“Zoe left”), nobody's words.
    """
    days = any(map(_DAY_LINE.match, lines))
    heads = [_head(line, tabs=days) for line in lines]
    named = [head[0] for head in heads if head and head[0]]
    bare = [
        said["who"].strip() for line, head in zip(lines, heads, strict=True) if not head and (said := _begins(line))
    ]
    if len(set(named)) < 2 or set(named) & set(bare) or sum(map(bool, map(side_of, bare))) >= len(named):
        return []
    day, found = "", list[Spoken]()
    listening = False
    for line, head in zip(lines, heads, strict=True):
        if head:
            who, at, text = head
            listening = bool(who)
            if who:
                found.append(Spoken(who=who, text=text, at=_dated(at, day), after=_since(at, day)))
        elif of_a_day := _DAY_LINE.match(line):
            day = of_a_day["day"]
        elif listening and line.strip():
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{line.strip()}".strip())
    return found


def _head(line: str, *, tabs: bool) -> tuple[str, str, str] | None:
    """(who, when, words) of a line that begins a turn; nobody for a notice; None for a line of words."""
    line = line.translate(_MARKS)
    if stamped := _STAMPED.match(line):
        rest = (stamped["rest"] or "").strip()
        if stamped["tab"] and not tabs:
            return None  # a row of a table
        said = _TABBED.match(rest) if stamped["tab"] else _LINE.match(rest)
        if said and _is_name(said["who"], stamped["at"]):
            return _called(said["who"]), stamped["at"], said["text"].strip()
        return _called(rest) if _CONTACT.search(rest) and _is_name(rest, stamped["at"]) else "", stamped["at"], ""
    above = _NAMED_ABOVE.match(line)
    if above is None or not _is_name(above["who"], above["at"]):
        return None
    return _called(above["who"]), above["at"], (above["text"] or "").strip()


def _is_name(who: str, at: str) -> bool:
    """A name of few words, not the middle of a sentence; beside a full date also an account's small letters."""
    words = who.split()
    dated = len(words) == 1 and bool(re.match(_DATE, at))
    return 0 < len(words) <= 4 and (dated or bool(side_of(who)) or not words[0][0].islower())


def _called(who: str) -> str:
    return _CONTACT.sub("", who).strip() or who.strip()


def _dated(at: str, day: str) -> str:
    return at if re.match(_DATE, at) else f"{day} {at}" if day and at else ""


def _since(at: str, day: str) -> timedelta | None:
    return _time(at) if re.fullmatch(r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?", at) and not day else None


def _plain(text: str) -> str:
    return _TAG.sub("", text).replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")


def _lines(text: str) -> Iterator[Spoken]:
    """A line without a name goes on with what the last one said."""
    current: Spoken | None = None
    lines = text.lstrip("\ufeff").splitlines()
    alone = _names_alone(lines)
    for line in lines:
        match = _begins(line)
        if match and (match["text"] or side_of(match["who"]) or match["who"].strip() in alone):
            if current:
                yield current
            time = match["before"] or match["after"]
            current = Spoken(who=match["who"].strip(), text=match["text"].strip(), after=_time(time) if time else None)
        elif current and line.strip():
            current = Spoken(who=current.who, text=f"{current.text}\n{line.strip()}".strip(), after=current.after)
    if current:
        yield current


def _names_alone(lines: Sequence[str]) -> set[str]:
    """Who stands alone above what they say, as in a chat copied from a telephone: two at least, one of a known side."""
    found = {match["who"].strip() for line in lines if (match := _begins(line)) and not match["text"]}
    return found if len(found) > 1 and any(map(side_of, found)) else set()


def _joined(turns: Iterator[Spoken]) -> Iterator[Spoken]:
    last: Spoken | None = None
    for turn in turns:
        if last and turn.who == last.who:
            between = "" if last.text[-1:] > "\u2e80" else " "
            last = replace(last, text=f"{last.text}{between}{turn.text}".strip())
            continue
        if last and last.text:
            yield last
        last = turn
    if last and last.text:
        yield last


def _time(stated: str) -> timedelta:
    hours, minutes, seconds = [0.0, 0.0, 0.0, *map(float, stated.replace(",", ".").split(":"))][-3:]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
