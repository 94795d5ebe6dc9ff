"""A letter without what is certainly not its writer's words: legal notices, warnings of mail gateways, signatures.

Each rule looks at whole lines at the beginning or the end and wants every one of them to fit; a single line that may be
said by the writer keeps them all. Measured on the letters of ``tests/listen/sources/sign_offs.txt``.
"""

import re

MOST_OF_A_CARD, LONGEST_OF_A_CARD, MOST_OF_A_BANNER = 10, 110, 4  # lines, characters, lines
LEAST_OF_A_CARD = 3  # parts of a card that no closing stands above

# Warnings that a gateway puts above letters from outside.
_BANNER = re.compile(
    r"^\W*(caution|external( e-?mail)?|warning)\W.{0,40}(this )?(e-?mail|message).{0,40}(outside|external)"
    r"|^\W*(此邮件|本邮件|该邮件).{0,12}(来自|由)(公司|组织|单位|机构)?外部|^【?外部邮件】?\W*$",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^\W*(confidentiality( notice)?\b|disclaimer\b|legal notice\b|privileged and confidential"
    r"|(important\W{1,3})?(this|the) (e-?mail|message|communication|transmission|information|contents?)\b.{0,90}"
    r"\b(confidential|privileged|intended)|(免责声明|保密(声明|提示|条款))"
    r"|(本|此|该)?(电子)?(邮件|信件|讯息)(及|和|与|（|\(|所载|所含|中的|包含|含有|可能|仅).{0,60})",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"confidential|privileged|intended (recipient|solely|only)|addressee|unauthori[sz]ed|dissemination|disclos"
    r"|strictly prohibited|notify the sender|inform the sender"
    r"|received (it |this )?.{0,20}in error|delete (it|this)|destroy"
    r"|保密|机密|专有信息|收件人|收件者|发件人|未经授权|禁止|泄露|误收|错收|删除|法律责任",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(  # to whoever reads: what the writer says of a letter lacks it
    r"intended (recipient|solely|only)|may (contain|be (legally )?privileged)|not the (named|addressee)"
    r"|(notify|inform) the sender"
    r"|仅限|仅供|误收|错收|通知发件人|未经授权",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"^\W*(please (consider|think of) the environment.{0,60}|think before you print.{0,20}|save paper.{0,50}"
    r"|virus-free\W.{0,40}|this e-?mail (has been|was) (checked|scanned) (for viruses )?.{0,60}"
    r"|请考虑环境.{0,20}|打印前请.{0,20}|请勿轻易打印.{0,20})$",
    re.IGNORECASE,
)
_OWN_VOICE = re.compile(r"\b(i|i'm|i've|me|my|mine)\b|[?？]|我(?!司|公司|行|方|们?公司|单位)|你们", re.IGNORECASE)

_WISH = r"(kind|kindest|best|warm|warmest|many|with|and|&|regards|wishes|thanks|thank you)"
_CLOSING = re.compile(
    rf"^(({_WISH}\s+){{0,5}}(regards|wishes)|best|cheers"
    r"|(yours )?(sincerely|faithfully|truly)( yours)?|respectfully( yours)?"
    r"|此致|敬礼|此致敬礼|致礼|顺颂|顺祝|时祺|商祺|顺颂时祺|顺[颂祝]商祺|祝商祺|即颂近安|祝好|敬祝|祝安"
    r"|祝(您|你)?(工作|生活)(愉快|顺利))\s*[,，.。!！~～]*$",
    re.IGNORECASE,
)
_SHORT = re.compile(r"^(best|cheers)\W*$", re.IGNORECASE)
_POLITE = re.compile(  # words of the writer's, below which a card may stand
    r"^((many )?thanks?( you)?( (very much|so much|a lot|in advance))?"
    r"|.{0,20}(谢谢|感谢|[祝颂].{1,8}))\s*[,，.。!！~～]*$",
    re.IGNORECASE,
)
_AFTERWORD = re.compile(r"^(p\.?\s?s\b|n\.?b\b|又及|附言|另外|补充)", re.IGNORECASE)

_PHONE = r"\+?[\d(（][\d\s()（）./-]{5,22}\d"
_MAIL = r"[^\s@<>]{1,64}@[^\s@<>]{1,120}"
_SITE = r"(https?://|www\.)\S{3,100}"
_REACHED = re.compile(
    rf"^((t|tel|telephone|phone|m|mob|mobile|cell|f|fax|d|direct|direct line|office|e|e-?mail|mail|w|web|website"
    rf"|wechat|qq"
    rf"|电话|手机|座机|联系电话|传真|邮箱|电邮|邮件|网址|微信|微信号)\s*[.:：]{{0,2}}\s*)?({_PHONE}|{_MAIL}|{_SITE})$",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"^((地址|邮编|公司|部门|职务|发件人|address)\s*[:：].{2,60}"
    r"|registered (in|office|no).{0,90}|company (no|number|reg).{0,60}|vat.{0,30})$",
    re.IGNORECASE,
)
_DATE = re.compile(r"^\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?$")
_POST = re.compile(
    r"\b(manager|director|buyer|head|officer|lead|engineer|assistant|ceo|cfo|cto|coo|founder|owner|partner|president"
    r"|consultant|coordinator|administrator|purchasing|secretary|supervisor)\b"
    r"|\b(ltd|limited|gmbh|inc|llc|llp|plc|ag|co|corp|s\.?a|b\.?v)\b\.?$"
    r"|(公司|集团|工厂|商行|事务所|大学|学院|银行|医院|物业|[部处局])$|(经理|总监|主任|主管|工程师|助理|专员|董事长)$",
    re.IGNORECASE,
)
_SPOKEN = re.compile(  # never on a card; one such word keeps everything
    r"\b(orders?|invoices?|refs?|reference|tickets?|cases?|refund\w*|deliver\w*|missing"
    r"|not|never|no(?! ?\.? ?\d)|please|why|still"
    r"|problem|complain\w*|name)\b"
    r"|订单|单号|工单|退款|退货|投诉|发票号|姓名|请|不|没|吗|了|[?!？！。；;]",
    re.IGNORECASE,
)
_NAME = re.compile(r"^(([A-Z]\.|[A-Z][\w'’.-]{0,30})[ ,]{0,2}){1,4}$")
_CAPITALS = re.compile(
    r"^([A-Z0-9&(][\w'’.()-]*|of|and|the|for|&|de|van|von|,|-|–)"
    r"([ ,]+([A-Z0-9&(][\w'’.()-]*|of|and|the|for|de|van|von|-|–))*$"
)
_HAN_NAME = re.compile(
    r"^[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文]"
    r"[^\W\d_a-zA-Z]{1,2}$"
)
_NO_NAME = re.compile(r"[不没退快上时复等急差要了吗请给货款坏错满怒气真很太]")
_HONOURS = re.compile(r"\s*(敬上|谨上|谨启|敬启|上|拜上|先生|女士|小姐)$")
_ASKS_TO_BE_REACHED = re.compile(
    r"reach me|call me|contact me|my (new )?(address|number|details|phone)|地址|电话|联系我|[:：]\s*$", re.IGNORECASE
)


def without_sign_off(text: str, *, writer: str = "") -> str:
    """The letter without warnings, notices and signature; ``writer`` is how the mail names its sender."""
    lines = _without_notices(_without_banner(text.split("\n")))
    kept = "\n".join(_without_card(lines, _names(writer))).strip()
    return re.sub(r"\n{3,}", "\n\n", kept) or text


def _without_banner(lines: list[str]) -> list[str]:
    first = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    end = next((place for place in range(first, len(lines)) if not lines[place].strip()), len(lines))
    banner = " ".join(lines[first:end])
    if end - first <= MOST_OF_A_BANNER and _BANNER.search(banner[:400]) and not _OWN_VOICE.search(banner):
        return lines[end:]
    return lines


def _without_notices(lines: list[str]) -> list[str]:
    """Cut at the first line from which on everything is notices."""
    for place, line in enumerate(lines):
        if place and (_NOTICE.match(line) or _FOOTER.match(line)) and _is_notices(lines[place:]):
            return lines[:place]
    return lines


def _is_notices(lines: list[str]) -> bool:
    rest = "\n".join(line for line in lines if line.strip() and not _FOOTER.match(line))
    if not rest:
        return True
    parts = [
        part for part in re.split(r"\n\s*\n", "\n".join(lines)) if part.strip() and not _FOOTER.match(part.strip())
    ]
    return (
        not _OWN_VOICE.search(rest)
        and bool(_ADDRESSED.search(rest))
        and len({found[0].lower() for found in _LEGAL.finditer(rest)}) > 1
        and all(_LEGAL.search(part) for part in parts)
    )


def _names(writer: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", writer.partition("@")[0].lower()))


def _without_card(lines: list[str], names: frozenset[str]) -> list[str]:
    """Without the closing and the card below it, or the card alone where it has enough to be known as one."""
    for place in _closings(lines):
        after = next((at for at in range(place, len(lines)) if _AFTERWORD.match(lines[at])), len(lines))
        thanks = not _CLOSING.match(lines[place])  # the writer's own
        begins = place + 1 if thanks else place
        card = [line for line in lines[begins:after] if line.strip() and not _CLOSING.match(line)]
        doubtful = (thanks or _SHORT.match(lines[place])) and not (card and _is_signed(card, names))
        if not doubtful and len(card) <= MOST_OF_A_CARD and all(_is_of_card(line, names) for line in card):
            return [*lines[:begins], "", *lines[after:]]
    begins = max((place for place, line in enumerate(lines) if not line.strip()), default=-1) + 1
    return lines[: begins - 1] if begins > 1 and _is_card(lines, begins, names) else lines


def _is_signed(card: list[str], names: frozenset[str]) -> bool:
    """By the sender's name or with a way to reach them: “Thanks, Blue” may be an answer."""
    first = set(re.findall(r"[^\W\d_]+", card[0].lower()))
    return bool(first & names) or any(_REACHED.match(part) for line in card for part in _parts(line))


def _closings(lines: list[str]) -> list[int]:
    """Where a closing may begin, the uppermost first, near enough to the end."""
    said = [place for place, line in enumerate(lines) if line.strip()][1:]
    return [
        place for place in said[-MOST_OF_A_CARD - 3 :] if _CLOSING.match(lines[place]) or _POLITE.match(lines[place])
    ]


def _is_card(lines: list[str], begins: int, names: frozenset[str]) -> bool:
    """A name with post and ways to reach it, below words that did not ask for any."""
    card = [line for line in lines[begins:] if line.strip()]
    above = " ".join(lines[:begins])
    parts = [part for line in card for part in _parts(line)]
    ways = sum(bool(_REACHED.match(part)) for part in parts)
    posts = sum(bool(_POST.search(part)) for part in parts)
    return (
        len(parts) >= LEAST_OF_A_CARD
        and len(card) <= MOST_OF_A_CARD
        and bool(ways and ways + posts > 1 and posts)
        and _is_name(parts[0], names)
        and all(_is_of_card(line, names) for line in card)
        and not _ASKS_TO_BE_REACHED.search(above)
    )


def _parts(line: str) -> list[str]:
    return [part.strip() for part in re.split(r"\s*[|｜•·]\s*|\s{2,}|\t", line.strip()) if part.strip()]


def _is_of_card(line: str, names: frozenset[str]) -> bool:
    if len(line) > LONGEST_OF_A_CARD:
        return False
    return all(
        _REACHED.match(part)
        or _DATE.match(part)
        or (not _SPOKEN.search(part) and (_PLACED.match(part) or _is_name(part, names) or _is_post(part)))
        for part in _parts(line)
    )


def _is_name(part: str, names: frozenset[str]) -> bool:
    called = _HONOURS.sub("", part.strip(" ,，.")) or part
    words = re.findall(r"[^\W\d_]+", called.lower())
    if words and set(words) <= names:
        return True
    han, _space, post = called.partition(" ")
    if _HAN_NAME.match(han) and not _NO_NAME.search(han):
        return not post or bool(_POST.search(post))
    return bool(_NAME.match(called))


def _is_post(part: str) -> bool:
    """A post, a department or a company; an address in capitals and figures."""
    if part.isascii():
        figures = any(char.isdigit() for char in part)
        return bool(_CAPITALS.match(part)) and (bool(_POST.search(part)) or figures)
    return bool(_POST.search(part)) and len(part) <= 40 and not re.search("[，,]", part)
