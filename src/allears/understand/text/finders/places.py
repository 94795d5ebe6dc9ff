"""Addresses: chains of region, road, number, building and room; street and number; postal codes in context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from allears.understand.text.finders.page import Found, Page

_NUMBER: Final = r"(?:[0-9]{1,5}(?:[-之][0-9]{1,4})?|[一二三四五六七八九十百]{1,5})"
_ANCHOR: Final = re.compile(
    r"(?:路|街|大道|巷|弄|胡同|道|里|村|镇|小区|花园|苑|家园|新城|城|园|广场|大厦|公寓|庄|湾|府|庭|"
    r"段|组|期|区|邨|阁|楼盘|社区|栋|幢|座|号楼|号院|单元)"
    rf" ?(?:[东南西北中]?(?:[一二三四五六七八九十]段|[一二三四]期)?) ?[A-Za-z]?{_NUMBER}[A-Za-z]? ?(?:号院|"
    rf"号楼|号|弄|栋|幢|座|单元|室|户|楼|巷|#|组|-[0-9])"
)
_TAIL: Final = re.compile(
    rf"(?: ?(?:[\u4e00-\u9fff]{{2,10}}?(?:小区|花园|苑|家园|公寓|大厦|广场|新村|新城|社区|中心|园|城|校区))?"
    rf" ?[东南西北]?[A-Za-z]?(?:{_NUMBER}|[甲乙丙丁])?[A-Za-z]? ?(?:号楼|号院|号|弄|栋|幢|座|单元|"
    rf"楼|层|室|户|门|房|#|塔|校区|-(?=[0-9])))+(?: ?[A-Za-z]?[0-9]{{2,5}}(?:室|号|户)?(?![0-9]))?"
)
_ROOM: Final = re.compile(
    rf"(?<![0-9A-Za-z]){_NUMBER}(?:号楼|栋|幢|座)(?: ?{_NUMBER}单元)? ?(?:{_NUMBER}(?:楼|层))? ?[0-9]{{3,4}}(?"
    rf":室|号房?|户)?(?![0-9])|"
    rf"(?<![0-9A-Za-z]){_NUMBER}-{_NUMBER}-[0-9]{{3,4}}(?:室|号|户)"
)
_HEAD: Final = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}(?:省|自治区))?(?:[\u4e00-\u9fff]{2,6}?(?:市|自治州|州|盟))?(?:[\u4e00-\u9fff]{"
    r"1,6}?(?:新区|区|县|旗))?"
    r"(?:[\u4e00-\u9fff]{1,6}?(?:街道|镇|乡))?[\u4e00-\u9fffA-Za-z0-9 ]{1,14}$"
)
_BEFORE: Final = re.compile(
    r"(?:.*(?:[，。,;:!?、\n（(“\"|/]|地址(?:是|在|为)?|住址(?:是|为)?|住(?:在|的是|址)?|家(?:在|"
    r"住)|位于|送到了?|寄到了?|送去了?|寄往|发到|配送到|配送至|送至|寄给|快递到|搬到|邮寄到|"
    r"改(?:成|为|到)|在|到|去|是|我们?家?|的|了|从|给|来|请|往|就|至|叫))"
)
_REGION_ROAD: Final = re.compile("[省市区县旗镇乡路街道巷弄村里苑园城厦寓庄湾府庭]")
_NOT_PLACE: Final = re.compile(
    r"(?:线路|网路|套路|思路|一路|半路|电路|马路|道路|铁路|公路|知道|味道|频道|通道|渠道|报道|难道|"
    r"人道|跑道|这里|那里|哪里|家里|里|心里|手里|店里|城里|阶段|学期|周期|分期|日期|到期|假期|同期|前期|"
    r"后期|小组|整组)$"
)
_ZIP_ZH: Final = re.compile(r"邮(?:政)?编(?:码)?(?:是|为|:| )*([0-9]{6})(?![0-9])")
_ANCHOR_GATE: Final = re.compile("[号弄栋幢座室户单]|[0-9]#|邮编|邮政编")


def find(page: Page) -> Iterator[Found]:
    """Addresses in Chinese, then in English."""
    if page.has_han and _ANCHOR_GATE.search(page.flat):
        yield from _chinese(page)
    if page.has_figure and _ENGLISH_GATE.search(page.flat):
        yield from _english(page)


def _chinese(page: Page) -> Iterator[Found]:
    flat, end = page.flat, 0
    while anchor := _ANCHOR.search(flat, end):
        end = anchor.end()
        if tail := _TAIL.match(flat, end):
            end = tail.end()
        elif more := re.compile("[0-9]{1,5}(?:号楼|号|室|户)?").match(flat, end):
            end = more.end()
        if (start := _start(flat, anchor)) is not None:
            yield Found(start, end, "address")
    yield from (Found(*each.span(), "address") for each in _ROOM.finditer(flat))
    yield from (Found(*each.span(1), "address") for each in _ZIP_ZH.finditer(flat))


def _start(flat: str, anchor: re.Match[str]) -> int | None:
    """Where the chain begins, or None when the word before the number is no road or estate."""
    low = max(0, anchor.start() - 30)
    before = flat[low : anchor.start() + 1]
    if _NOT_PLACE.search(flat[max(0, anchor.start() - 2) : anchor.start() + 1]):
        return None
    cut = _BEFORE.match(before[:-1].replace("\n", "，"))
    start = low + (cut.end() if cut else 0)
    while start < anchor.start() and flat[start] in " \t":
        start += 1
    head = flat[start : anchor.start() + 1]
    named = len(re.sub("[^\u4e00-\u9fff]", "", head)) >= 2
    return start if named and _HEAD.search(head) else None


_TYPE: Final = (
    "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|"
    "Terrace|Crescent|Close|"
    "Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Row|Mews|Gardens|Grove|Hill|Quay|Walk|Loop|Alley|Turnpike"
)
_STATES: Final = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|"
    "NY|NC|ND|OH|OK|OR|PA|RI|"
    "SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_AU_CA: Final = (
    r"(?:(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT) [0-9]{4}"
    r"|(?:ON|QC|BC|AB|MB|SK|NS|NB|NL|PE) [A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])"
)
_UK_CODE: Final = r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9](?!AM|PM|GB|MB|TB|KG|KM|ML|MM|CM|ST|ND|RD|TH)[ABD-HJLNP-UW-Z]{2}"
_UNIT: Final = r"(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|#)\.? ?#?[A-Za-z]?[0-9]+[A-Za-z]?"
_STREET: Final = re.compile(
    rf"(?:(?i:{_UNIT}),? )?(?<![0-9A-Za-z$€£¥.#-])[0-9]{{1,6}}[A-Za-z]?(?:-[0-9]{{1,5}})?,? (?:[NSEW]{{1,2}}\.?"
    rf" )?(?:(?:[A-Z][A-Za-z'’-]+|[0-9]{{1,3}}(?:st|nd|rd|th)|St\.|MLK|of|the) ){{1,4}}"
    rf"(?:{_TYPE})(?![A-Za-z])\.?(?: [NSEW]{{1,2}}(?![A-Za-z]))?(?:,? (?i:{_UNIT}))?"
    rf"(?:,? (?:[A-Z][A-Za-z.'-]+ ?){{1,3}},? (?:(?:{_STATES}),? [0-9]{{5}}(?:-[0-9]{{4}})?|{_UK_CODE}"
    rf"|{_AU_CA}(?![0-9A-Za-z])|(?:{_STATES})(?![A-Za-z])))?"
    rf"(?:,? (?:{_UK_CODE}|[0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9])))?"
)
_STREET_LOW: Final = re.compile(
    r"(?:address(?: is|:)?|live[sd]? (?:at|on)|deliver(?:ed|y)? to|ship(?:ped)? to|sent to|house at|"
    r"home at|moved to|apartment at) ?"
    r"(?P<at>[0-9]{1,6}[a-z]? (?:[a-z']+ ){1,3}(?:street|avenue|road|lane|drive|court|place|terrace|"
    r"crescent|close|boulevard|st|ave|rd|ln|dr|way)(?![a-z]))"
    rf"(?P<unit>,? {_UNIT})?",
    re.IGNORECASE,
)
_TOWN: Final = r"(?:,? (?:[A-Z]{1,2}-)?(?:[0-9]{4,5}(?: [A-Z]{2})?|[0-9]{3} [0-9]{2}) [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)"
_HOUSE: Final = r"[0-9]{1,4}(?: ?[A-Za-z](?![\w]))?"
_NAMED: Final = r"[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+){0,3}"
_OF: Final = r"(?: (?:de la|de los|de l['’]|de|des|del|della|du|dei|d['’]|da|do|dos))? ?"
_STREET_ABROAD: Final = re.compile(
    rf"(?<!\w){_HOUSE},? (?:bis |ter )?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Aa]ll[ée]e|[Ii]mpasse|[Cc]hemin|[Qq]uai)"
    rf"{_OF}{_NAMED}{_TOWN}?|(?<!\w){_HOUSE},? Place{_OF}{_NAMED}{_TOWN}"
    rf"|(?<!\w)(?:Calle|Avenida|Avda\.?|Paseo|Carrer|Viale|Piazza|Rua|Travessa|Rue|Jalan|Ulica|ul\.){_OF}{_NAMED}"
    rf",? (?:n[.º°]? ?)?{_HOUSE}(?:,? [0-9]{{1,2}}[.ºª°]{{1,2}} ?[A-Za-z]{{0,3}}(?!\w))?{_TOWN}?"
    rf"|(?<!\w)(?:Plaza|Via|Corso){_OF}{_NAMED},? {_HOUSE}{_TOWN}"  # Via Rail 60, Plaza Hotel 5
    rf"|(?<!\w)[A-ZÀ-Þ][\w'’-]{{2,30}}(?:(?:stra(?:ss|ß)e|str\.|gasse|gracht|straat|laan|plein|gatan|vägen|veien)"
    rf" {_HOUSE}(?!\w){_TOWN}?|(?:platz|allee|weg|kade|vej|gade|gata) {_HOUSE}(?!\w){_TOWN})"
)
_BOX: Final = re.compile(r"P\.? ?O\.? ?Box \#?[0-9]{1,6}", re.IGNORECASE)
_ZIP: Final = re.compile(
    rf"(?<![A-Za-z])(?:{_STATES}),? [0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9])|(?i:(?:zip|postal|post) ?code|"
    rf"\bzip)(?: is|:| )*(?P<code>[0-9]{{5}}(?:-[0-9]{{4}})?|[0-9]{{4}}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
    rf")(?![0-9A-Za-z])"
)
_UK: Final = re.compile(rf"(?<![A-Za-z0-9]){_UK_CODE}(?![A-Za-z0-9])")
_UNIT_SAID: Final = re.compile(
    r"(?<![A-Za-z])(?:apt|apartment|flat)\.? ?#?[0-9]+[A-Za-z]?(?![A-Za-z0-9])", re.IGNORECASE
)
_ENGLISH_GATE: Final = re.compile(r"[0-9],? ?[A-Za-z]|[A-Za-z]\.? #?[0-9]{2}|ip:? [0-9]|ode:? [0-9]")


def _english(page: Page) -> Iterator[Found]:
    flat = page.flat
    yield from (Found(*each.span(), "address") for each in _STREET.finditer(flat))
    for each in _STREET_LOW.finditer(flat):
        yield Found(each.start("at"), each.end(), "address")
    yield from (Found(*each.span(), "address") for each in _STREET_ABROAD.finditer(flat))
    yield from (Found(*each.span(), "address") for each in _BOX.finditer(flat))
    for each in _ZIP.finditer(flat):
        yield Found(*(each.span("code") if each["code"] else each.span()), "address")
    yield from (Found(*each.span(), "address") for each in _UK.finditer(flat))
    yield from (Found(*each.span(), "address") for each in _UNIT_SAID.finditer(flat))
