"""Ways to reach a person: e-mail, phone, chat ids, handles; and links and addresses of machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from allears.understand.text.finders.page import Found, Page

_WEB: Final = re.compile(r"(?:https?://|www\.)[A-Za-z0-9./?=&%_#:~@!$,;+*\-]+", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r"(?:[?&#;](?:[a-z_]*token|[a-z_]*key|sig|signature|auth|session|sid|code|ticket|pass(?:word)?|pwd|secret|user|uid|"
    r"email|phone|mobile|openid|invite|otp|hash|id)=)|://[^/@\s]+@|/(?:[a-z]+[0-9]|[0-9]+[a-z])[a-z0-9_-]{14,}",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9._%+\-]{1,64} ?@ ?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,"
    r"}"
)
_HOSTS: Final = (
    "gmail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|aol|live|msn|qq|163|126|foxmail|sina|sohu|"
    "example|mail|me|gmx|web"
)
_SPELT: Final = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z0-9](?:[A-Za-z0-9_-]|\.| dot (?=[A-Za-z0-9])){{0,40}} ?"
    rf"(?:[(\[] ?at ?[)\]]|(?<= )at(?= )|\(a\)|艾特|小老鼠) ?"
    rf"(?:(?:{_HOSTS}) ?(?:dot|[(\[]dot[)\]]|点|\.) ?(?:com|net|org|cn|co\.uk|de)|"
    rf"[A-Za-z0-9-]{{2,30}} ?(?: dot |[(\[] ?dot ?[)\]]) ?(?:com|net|org|cn|io|co|edu|uk)(?: dot (?:uk|"
    rf"cn))?)(?![A-Za-z])",
    re.IGNORECASE,
)
_IPV4: Final = re.compile(r"(?:(?<![0-9A-Za-z.])|(?<=IP)|(?<=ip))(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9]|\.[0-9])")
_INSIDE: Final = re.compile(r"(?:10|127|192\.168|172\.(?:1[6-9]|2[0-9]|3[01])|169\.254|0)\.")  # of no use outside
_IPV6: Final = re.compile(
    r"(?<![0-9A-Za-z:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,7}(?![0-9A-Za-z:])", re.IGNORECASE
)
_VERSION: Final = re.compile(
    r"(?:version|ver|firmware|build|release|driver|ios|android|版本|固件|系统|升级|更新|v)[^a-z]{0,4}"
    r"$"
)
_WECHAT: Final = re.compile(
    r"(?:微信|威信|薇信|v信|wechat|weixin|(?<![a-z])vx|(?<![a-z])wx|加v)(?:加我|联系我|找我|搜)?"
    r"(?: ?(?:号码?|id|account|name|名))?"
    r"(?: ?(?:是|为|:|=|is|同号?)){0,2} ?(?P<id>[a-z][a-z0-9_-]{4,19}|[0-9][0-9a-z_-]{5,19})(?![a-z0-9_-])",
    re.IGNORECASE,
)
_QQ: Final = re.compile(
    r"(?:(?<![a-z])qq|扣扣|企鹅)(?:号码?|群)?(?: ?(?:是|为|:|=)){0,2} ?(?P<id>[1-9][0-9]{4,11})(?![0-9@a-z]"
    r")",
    re.IGNORECASE,
)
_CHAT: Final = re.compile(
    r"(?<![a-z])(?:telegram|whatsapp|line id|line|skype|signal|kakao(?:talk)?|instagram|insta|snapchat|"
    r"discord|飞书|钉钉|抖音|小红书)"
    r"(?: (?:id|account|user(?:name)?|handle|name)|号| ?id)(?: ?(?:is|是|为|:|=)){0,2} ?(?P<id>@?[a-z0-9]"
    r"[a-z0-9_.#-]{3,29})",
    re.IGNORECASE,
)
_SKYPE: Final = re.compile(r"\bskype:? (?P<id>live:[a-z0-9._:-]{3,40}[a-z0-9])", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![A-Za-z0-9_@.])@(?P<name>[A-Za-z_][A-Za-z0-9_]{1,29}|[\u4e00-\u9fff][\w\-]{1,14})")
_PROFILE: Final = re.compile(
    r"(?<![A-Za-z0-9.-])(?:www\.)?(?:(?:t|wa)\.me|(?:instagram|facebook|twitter|tiktok)\.com|linkedin\.com/in"
    r"|weibo\.com(?:/u)?)"
    r"/@?(?P<name>[A-Za-z0-9_.+-]{2,40}[A-Za-z0-9_])"
)
_NO_HANDLE: Final = frozenset(
    ("home", "work", "the", "my", "all", "here", "least", "school", "night", "times", "media", "everyone", "channel")
) | {"所有人", "全体成员", "全体", "大家"}
_ORDINARY_AFTER_CHAT: Final = frozenset(
    ("payment", "message", "messages", "wallet", "official", "public", "support", "group", "groups")
)


def find(page: Page) -> Iterator[Found]:
    """E-mail addresses, links that open something, ids of chats, handles, addresses of machines."""
    flat, lower = page.flat, page.lower
    if "@" in flat:
        yield from (Found(*each.span(), "email") for each in _EMAIL.finditer(flat))
    if _AT.search(lower) and _DOT.search(lower):
        yield from (Found(*each.span(), "email") for each in _SPELT.finditer(flat))
    if ".me/" in lower or ".com/" in lower:
        yield from (Found(*each.span("name"), "handle") for each in _PROFILE.finditer(flat))
    if "://" in flat or "www." in lower:
        yield from _links(flat)
    if page.has_figures or flat.count(":") > 1 or flat.count("-") > 4:
        yield from _machines(page)
    if _CHATS.search(lower):
        yield from _chats(page)
    if "@" in flat:
        yield from _handles(flat)


_AT: Final = re.compile(r" at |at[)\]]|\(a\)|艾特|小老鼠")
_DOT: Final = re.compile(r"dot|点|\.(?:com|cn|net|org)")
_CHATS: Final = re.compile(
    "[微威薇v]信|扣扣|企鹅|qq|vx|wx|加v|wechat|weixin|telegram|whatsapp|line|skype|signal|kakao|insta|snapchat|discord|"
    "飞书|钉钉|抖音|小红书"
)


def _links(flat: str) -> Iterator[Found]:
    for link in _WEB.finditer(flat):
        end = link.end() - (len(link[0]) - len(link[0].rstrip(".,;:!")))
        yield Found(link.start(), end, "link" if _TOKEN.search(link[0]) else "")  # "" keeps others from looking inside


_MAC: Final = re.compile(
    r"(?<![0-9A-Za-z:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![0-9A-Za-z:-])"
)


def _machines(page: Page) -> Iterator[Found]:
    for each in _IPV4.finditer(page.flat):
        public = all(int(part) < 256 for part in each[0].split(".")) and not _INSIDE.match(each[0])
        if public and not _VERSION.search(page.before(each.start(), 12)):
            yield Found(*each.span(), "ip")
    yield from (Found(*each.span(), "ip") for each in _MAC.finditer(page.flat))
    if page.flat.count(":") > 2:
        for each in _IPV6.finditer(page.flat):
            if "::" in each[0] or each[0].count(":") == 7:
                yield Found(*each.span(), "ip")


def _chats(page: Page) -> Iterator[Found]:
    yield from (Found(*each.span("id"), "chat") for each in _SKYPE.finditer(page.flat))
    for pattern in (_WECHAT, _QQ, _CHAT):
        for each in pattern.finditer(page.flat):
            name = each["id"].lower()
            if re.fullmatch("1[3-9][0-9]{9}", name):
                continue  # a phone that serves as an id
            if name not in _ORDINARY_AFTER_CHAT and (
                not name.isalpha() or page.flat[each.start("id") - 1] in ":= 是为"
            ):
                if (
                    pattern is _WECHAT
                    and name.isalpha()
                    and page.flat[each.start("id") - 1] == " "
                    and not page.has_han
                ):
                    continue  # "wechat service was slow"
                yield Found(*each.span("id"), "chat")


def _handles(flat: str) -> Iterator[Found]:
    for each in _HANDLE.finditer(flat):
        if each["name"].lower() not in _NO_HANDLE:
            yield Found(*each.span(), "handle")


_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])(?:\+?(?:00)?86[ -]?)?1[3-9][0-9]{9}(?![0-9])")
_MOBILE_APART: Final = re.compile(
    r"(?<![0-9])(?<![0-9][ -])(?:\+?(?:00)?86[ -]{0,3})?1[3-9][0-9]{1,2}(?:[ .·-]|--)[0-9]{3,4}(?:[ .·-]"
    r"|--)[0-9]{3,5}(?![0-9])(?![ -][0-9])"
)
_LANDLINE: Final = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?[ -]{0,3}[2-9][0-9]{2,3}[ -]?[0-9]{4}"
    r"(?: ?(?:转|-|ext\.?|x) ?[0-9]{1,6})?(?![0-9])"
)
_HOTLINE: Final = re.compile(r"(?<![0-9A-Za-z.-])[48]00[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])")
_ABROAD: Final = re.compile(r"(?<![0-9A-Za-z])\+[1-9][0-9]{0,2}(?:[ .()-]{0,3}[0-9]){6,13}(?![0-9])")
_AMERICAN: Final = re.compile(
    r"(?<![0-9A-Za-z.-])(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?-?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[ .-][0-9]{4}(?![0-9])"
    r"(?:,? ?(?:x|ext\.?) ?[0-9]{1,5})?"
)
_BRITISH: Final = re.compile(
    r"(?<![0-9A-Za-z.-])(?:\(0[1-9][0-9]{1,4}\)|0[1-9][0-9]{1,4})[ -][0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])|"
    r"(?<![0-9A-Za-z.-])0[79][0-9]{2}[0-9]?[ -]?[0-9]{3}[ -]?[0-9]{3}(?![0-9])"
)
_FREE: Final = re.compile(r"0(?:800|808|845|870|3[0-9]{2})(?![0-9]{8})")  # a company's, nobody's own
_EUROPEAN: Final = re.compile(  # mobiles of France, the Netherlands and Germany as they are written at home
    r"(?<![0-9A-Za-z.-])(?:0[67](?:[ .-][0-9]{2}){4}|06[ -][0-9]{8}|01[567][0-9][ /-][0-9]{7,8})(?![0-9])"
)
_CALLED: Final = re.compile(
    r"(?:tel|phone|call(?:ed|ing)?(?: me| us| back)?|mobile|cell|text|whatsapp|number|reach|contact|fax|landline|"
    r"电话|手机|座机|联系|致电|打给|回电|拨打|固话|传真|来电|热线|短信|号码|打)"
    r"(?P<between>[^0-9\n。!?;+¥￥$€£]{0,22}?)(?<![A-Za-z0-9])(?P<phone>\(?[0-9][0-9 .()-]{5,15}[0-9])(?![0-9.]*[0-9])",
    re.IGNORECASE,
)
_OTHER_NUMBER: Final = re.compile(
    r"订单|单号|编号|运单|账号|帐号|户号|卡号|工号|流水|发票|证|order|account|booking|ticket|tracking|case|ref|invoice|"
    r"policy|model|version|serial|confirmation|room|member|card|isbn|passport|nhs|medicare|imei|护照|"
    r"\bof\b|型号|款|价|金额|版本|[#¥$€£]",
    re.IGNORECASE,
)
_MONEY_AFTER: Final = re.compile(
    r" ?(?:元|块|万|亿|千|%|usd|rmb|cny|eur|gbp|dollars?|euros?|pounds?|yuan|yen|kg|km|ml|mah|gb|"
    r"mb|points?|积分|分|步|台|股|吨|辆|套|份|公里)"
)
_DAY: Final = re.compile(
    r"^(?:19|20)[0-9]{2}[ ./-]?(?:0[1-9]|1[0-2]|[1-9])[ ./-]?(?:0[1-9]|[12][0-9]|3[01]|[1-9])(?![0-9]"
    r")|^[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)?[0-9]{2}(?![0-9])"
)
_YEARS: Final = re.compile(r"^(?:19|20)[0-9]{2} ?[-~] ?(?:19|20)[0-9]{2}$")
_NUMERALS: Final = re.compile("[零〇○一二三四五六七八九幺两](?:[ -]?[零〇○一二三四五六七八九幺两]){6,}")
_AS_FIGURES: Final = str.maketrans("零〇○一二三四五六七八九幺两", "000123456789" + "12")
_DIGITS: Final = re.compile(r"(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,-]+){3}")
_WORD: Final = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_WORDS: Final = re.compile(rf"(?<![a-z]){_WORD}(?:[ ,-]{{1,2}}{_WORD}){{6,}}(?![a-z])", re.IGNORECASE)


def find_phones(page: Page) -> Iterator[Found]:
    """Phones by shape, then by what is said before them."""
    if page.has_figures:
        yield from _shaped(page)
        yield from _called(page)
    if page.has_han:
        yield from _numerals(page)
    elif _DIGITS.search(page.lower):
        yield from (Found(*each.span(), "phone") for each in _WORDS.finditer(page.flat))


def _shaped(page: Page) -> Iterator[Found]:
    flat = page.flat
    for pattern, lengths in (
        (_MOBILE, (11, 13, 15)),
        (_MOBILE_APART, (11, 13, 15)),
        (_LANDLINE, range(10, 20)),
        (_HOTLINE, (10,)),
        (_ABROAD, range(8, 16)),
        (_AMERICAN, range(10, 17)),
        (_BRITISH, (10, 11)),
        (_EUROPEAN, (10, 11, 12)),
    ):
        for each in pattern.finditer(flat):
            if _count(each[0]) in lengths and not _is_other(page, each.start(), each.end(), pattern is _MOBILE):
                is_ours = (pattern is _HOTLINE and page.has_han) or bool(_FREE.match(each[0]))
                yield Found(*each.span(), "" if is_ours else "phone")


def _called(page: Page) -> Iterator[Found]:
    for each in _CALLED.finditer(page.flat):
        number = each["phone"]
        start = each.start("phone")
        if not 7 <= _count(number) <= 13 or _OTHER_NUMBER.search(each["between"]):
            continue
        if _DAY.search(number) or _YEARS.search(number) or re.search(r"\.[0-9]{1,2}$", number):
            continue
        if not _is_other(page, start, each.end("phone"), sure=False):
            yield Found(start, each.end("phone"), "phone")


def _is_other(page: Page, start: int, end: int, sure: bool) -> bool:
    """An amount or the number of a thing; a mobile number (`sure`) is one even after the word order."""
    if _MONEY_AFTER.match(page.after(end)) or page.before(start, 2).rstrip()[-1:] in tuple("¥￥$€£"):
        return True
    words = page.before(start, 22)
    return (
        bool(_OTHER_NUMBER.search(words))
        and not re.search("电话|手机|tel|phone|call|联系|mobile|cell|text", words)
        and (not sure or bool(re.search("(?:订单|运单|单|编|流水|账|帐|户|卡)号[码]?[^,，。]{0,3}$", words)))
    )


def _numerals(page: Page) -> Iterator[Found]:
    for each in _NUMERALS.finditer(page.raw):
        figures = re.sub("[^0-9]", "", each[0].translate(_AS_FIGURES))
        said = re.search("电话|手机|座机|号码|打|联系|微信", page.before(each.start(), 14))
        if re.fullmatch("1[3-9][0-9]{9}", figures) or (said and 7 <= len(figures) <= 12):
            yield Found(*each.span(), "phone")


def _count(text: str) -> int:
    return sum(each.isdigit() for each in text)
