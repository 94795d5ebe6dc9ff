"""The words somebody wrote themselves: without what they quote and without their signature.

Line by line, so that no mail can make it slow; a doubt is decided in favour of keeping. Headers of further languages
are known by mail-parser-reply.
"""

import re
from typing import TYPE_CHECKING

from allears.kit.lazy import LazyModule
from allears.listen.sources.kinds.imap.signing_off import without_sign_off

if TYPE_CHECKING:
    import mailparser_reply
else:
    mailparser_reply = LazyModule("mailparser_reply")

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko"]
LONGEST_TEXT, LONGEST_LINE = 20_000, 400  # that the library's expressions are given
NEAR = 6  # lines below "From:" within which another header must stand

_DIVIDER = re.compile(
    r"^\s*[-_=]{2,}\s*(original( message| e-?mail)?|forwarded message|replied message|urspr\w+ \w+"
    r"|原始邮件|原邮件|邮件原文|原始郵件|回复的原邮件|回复的原信|转发的?邮件\S{0,4}|转发邮件信息)\s*[-_=]{2,}",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[\s>*]*+(from|von|发件人|寄件者|寄件人|发自)\s*+\**+\s*+[:：]", re.IGNORECASE)
_OTHER = re.compile(
    r"^[\s>*]*+(sent|date|to|cc|subject|gesendet|datum|an|betreff"
    r"|发送时间|发送日期|发件时间|寄件日期|日\s*期|时\s*间|收件人|收件者|主\s*题|主旨|抄\s*送)\s*+\**+\s*+[:：]",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"^[\s>*]*+(subject|betreff|主\s*题|主旨)\s*+\**+\s*+[:：]", re.IGNORECASE)
_ADDRESS = re.compile(r"\S@\S")
_DAY = r"\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}"
_WROTE = re.compile(
    rf"^\s*(?:(?:on|at|am)\s.{{6,300}}\s(?:wrote|schrieb)\b.{{0,80}}[:：]|.{{0,120}}{_DAY}.{{0,200}}(?:写道|寫道|wrote)\s*[:：]"
    r"|on\s.{6,300}<[^<>@\s]{1,64}@[^<>@\s]{1,250}>\s*wrote:\s\s.{0,400}"
    r"|.{2,160}(?:写道|寫道)\s*[:：])\s*$",
    re.IGNORECASE,
)
_BEGINS = re.compile(  # of a header that may be broken
    rf"^\s*(?:(?:on|at|am)\s|[在于於]?\s*{_DAY}|.{{0,120}}<[^<>@\s]{{1,64}}@[^<>@\s]{{1,250}}>\s*(?:[于於在].*)?$)",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(  # what a mail program puts above the header of the mail it quotes
    r"^(?:[\s_=*-]*|[\s_=*-]*(?:original message|原始邮件|原邮件|邮件原文|原始郵件)[\s_=*-]*"
    r"|来自钉钉\S{0,12}?[\s_=*-]*)$",
    re.IGNORECASE,
)
_CARD = re.compile(r"^\s*\|[|\s]*$")  # the frame of a visiting card, as NetEase's programs write it in plain text
MOST_OF_A_CARD, MOST_OF_A_SIGNATURE = 10, 12  # lines
_POSTED = re.compile(
    r"^\s*(sent from (my|outlook|mail|yahoo)\b.*|sent with proton mail\b.*"
    r"|(get|获取|取得|下載) outlook for .*|von meinem .{2,30} gesendet\.?"
    r"|发自我的.{1,30}|发送自.{1,30}|发自.{2,20}(手机|邮箱|iPhone|iPad).{0,20}|从我的.{1,30}发送|来自.{2,30}的?(iPhone|手机|邮箱).{0,10}"
    r"|從我的.{1,30}傳送|發自我的.{1,30}|从 ?Windows.{0,12}邮件.{0,4}发送|通过.{2,12}邮箱.{0,12}发送?)\s*$",
    re.IGNORECASE,
)


def own_words(text: str, *, is_answer: bool, forwarded_by: str = "", writer: str = "") -> str:
    """The writer's words. A mail that is no answer and would lose everything (a forward) keeps all of it.

    ``writer``: as the mail names its sender, who may sign with that name.
    ``forwarded_by``: the address of who forwards; an earlier mail of theirs below (“see my complaint”) is theirs too.
    """
    kept = _without_signature(_without_card(_without_quotes(_before_known_header(text))))
    kept = without_sign_off(kept, writer=writer)
    earlier = _earlier_words(text.split("\n"), forwarded_by) if forwarded_by else ""
    if earlier:
        return f"{kept}\n\n{earlier}".strip()
    return kept if kept or is_answer else text.strip()


def _earlier_words(lines: list[str], writer: str) -> str:
    """What the writer said in the mail that is quoted first, without its header."""
    header = next((place for place, line in enumerate(lines) if _begins_headers(lines, place)), None)
    if header is None or writer not in lines[header].lower():
        return ""
    rest = "\n".join(lines[header + 1 :]).split("\n\n", 1)
    return own_words(rest[1], is_answer=True) if len(rest) == 2 else ""


def _before_known_header(text: str) -> str:
    """Cut at the header of a quoted mail in one of the library's languages, unless quoted lines follow it."""
    if len(text) > LONGEST_TEXT or max(map(len, text.split("\n")), default=0) > LONGEST_LINE:
        return text
    found = mailparser_reply.EmailReplyParser(languages=LANGUAGES).read(text)
    if len(found.replies) < 2 or not found.replies[0].content:
        return text
    rest = "\n".join(reply.content.replace(reply.headers or "", "", 1) for reply in found.replies[1:])
    quoted_below = any(line.lstrip().startswith(">") for line in rest.split("\n"))
    header = [line for line in (found.replies[1].headers or "").split("\n") if line.strip()]
    a_way = bool(header) and bool(_FROM.match(header[0])) and not _begins_headers(header, 0)
    return text if quoted_below or a_way else found.replies[0].content


def _without_quotes(text: str) -> str:
    lines = text.split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if _DIVIDER.match(line) or _begins_headers(lines, place):
            _drop_left_over(kept)
            break
        if spread := _wrote(lines, place):
            if line.lstrip().startswith("<") and len(kept) > 1 and kept[-1].strip() and not kept[-2].strip():
                kept.pop()  # the name that stood before its address
            if not _quoted_next(lines, place + spread):
                break
            place += spread
            continue
        if not line.lstrip().startswith(">"):
            kept.append(line)
        place += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip().rstrip("_").strip()


def _drop_left_over(kept: list[str]) -> None:
    while kept and _LEFT_OVER.match(kept[-1]):
        kept.pop()


def _begins_headers(lines: list[str], place: int) -> bool:
    """“From: Shanghai”, “To: Beijing” is a way: a mail's header has an address or a subject besides."""
    if not _FROM.match(lines[place]):
        return False
    others = [each for each in lines[place + 1 : place + 1 + NEAR] if _OTHER.match(each)]
    return bool(others) and any(_ADDRESS.search(each) or _SUBJECT.match(each) for each in (lines[place], *others))


def _wrote(lines: list[str], place: int) -> int:
    """Over how many lines "On … wrote:" stands here; 0 when it does not."""
    line = lines[place].strip()
    if not line or len(line) > LONGEST_LINE:
        return 0
    for spread in (1, 2, 3) if _BEGINS.match(line) else (1,):
        together = " ".join(each.strip() for each in lines[place : place + spread])
        if len(together) <= LONGEST_LINE and _WROTE.match(together):
            return spread
    return 0


def _quoted_next(lines: list[str], place: int) -> bool:
    following = next((each for each in lines[place:] if each.strip()), "")
    return following.lstrip().startswith(">")


def _without_card(text: str) -> str:
    """Without the visiting card and the bare address that NetEase's programs and Foxmail put at the end."""
    lines = text.split("\n")
    frame = [place for place, line in enumerate(lines) if _CARD.match(line)]
    if len(frame) > 1 and frame[0] and len([each for each in lines[frame[0] :] if each.strip()]) <= MOST_OF_A_CARD:
        lines = lines[: frame[0]]
    text = "\n".join(lines).strip()
    above, _line, last = text.rpartition("\n")
    return (
        above.strip()
        if above.strip() and re.fullmatch(r"[^\s@<>:：,，]+@[^\s@<>:：,，]+\.[A-Za-z]{2,}", last)
        else text
    )


def _without_signature(text: str) -> str:
    lines = text.split("\n")
    place = max((place for place, line in enumerate(lines) if line.strip() == "--"), default=0)
    underlines = place and lines[place - 1].endswith((":", "："))
    if place and not underlines and len([each for each in lines[place:] if each.strip()]) <= MOST_OF_A_SIGNATURE + 1:
        lines = lines[:place]
    last = [place for place, line in enumerate(lines) if line.strip()][-4:]
    posted = next((place for place in last if _POSTED.match(lines[place])), None)
    if posted is not None:
        lines = [*lines[:posted], *(each for each in lines[posted + 1 :] if not _POSTED.match(each))]
    return "\n".join(lines).strip()
