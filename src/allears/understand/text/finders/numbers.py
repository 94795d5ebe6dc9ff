"""Numbers that stand for a person or a person's things: identity, cards, accounts, orders, plates, days of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from allears.understand.text.finders import checksums
from allears.understand.text.finders.page import Found, Page

_LONG: Final = re.compile(r"(?<![0-9A-Za-z.])[0-9](?:[ -]?[0-9]){11,21}[Xx]?(?![0-9A-Za-z])(?!\.[0-9])")
_THING: Final = re.compile(r"imei|isbn|issn|条码|条形码|barcode|\bean\b|\bupc\b|型号|\bsku\b|批号|国药准字|许可证")
_CARD_SAID: Final = re.compile(r"卡号|银行卡|信用卡|储蓄卡|借记卡|card|visa|mastercard|amex")
_ID_SAID: Final = re.compile(r"身份证|证件号|\bid\b|identity")
_AMOUNT: Final = re.compile(r" ?(?:元|块|万|亿|次|人|条|usd|rmb|dollars?|yuan)")
_ISSUERS: Final = re.compile(r"4|5[1-5]|2[2-7]|62|3[4-7]|35|6[045]|81|9[0-9]{5}")
_SSN: Final = re.compile(r"(?<![0-9-])(?!000|666|9)[0-9]{3}([ -])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![0-9-])")
_SSN_SAID: Final = re.compile(
    r"(?:\bssn\b|social security(?: number| no\.?| #)?)[^0-9\n]{0,12}([0-9]{9})(?![0-9])", re.IGNORECASE
)
_NINO: Final = re.compile(
    r"(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2}"
    r" ?[0-9]{2} ?[A-D](?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NINO_SAID: Final = re.compile(
    r"(?:\bNI|national insurance)(?: number| no\.?)?[ :#]{0,3}(?:is |was )?"
    r"(?P<id>[A-Z]{2} ?(?:[0-9]{2} ?){3}[A-D])(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_HONG_KONG: Final = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,2})([0-9]{6}) ?\(?([0-9A])\)?(?![A-Za-z0-9])")
_TAIWAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z][1289][0-9]{8}(?![A-Za-z0-9])")
_SINGAPORE: Final = re.compile(r"(?<![A-Za-z0-9])[STFGM][0-9]{7}[A-Z](?![A-Za-z0-9])")
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_CN_ID_LOOSE: Final = re.compile(r"(?:身份证|证件)(?:号码?)?[^0-9\n]{0,6}([0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")

_ABROAD: Final = re.compile(  # Brazil's CPF and Korea's number of residents have a shape that nothing else has
    r"(?<![0-9.-])(?:[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{6}-[1-4][0-9]{6})(?![0-9-])"
)
_ABROAD_SAID: Final = re.compile(
    r"(?<![A-Za-z])(?:(?i:nhs|medicare|medicaid|aadh?aar|codice fiscale|personalausweis|personnummer|national id"
    r"|tax id)|PAN|CPF|CURP|NIF|NIE|DNI|SIN|TFN|TIN|ITIN|PESEL|BSN|マイナンバー)"
    r"(?i:(?: ?(?:number|no\.?|card|#|nr\.?))*(?: ?(?:is|was|:|#)){0,2}) ?"
    r"(?P<id>(?=(?:[^0-9\n]{0,6}[0-9]){7}|[A-Z]{5}[0-9]{4}[A-Z])"
    r"[A-Z0-9]+(?:[ ./-](?=[A-Z]*[0-9])[A-Z0-9]+)*)(?![A-Za-z0-9])"
)
_IS: Final = r"(?i:[ :]|is|was|是|为|：){0,5}"
_CARD_CODE: Final = re.compile(rf"(?:(?i:\b(?:cvv2?|cvc2?|security code))|安全码){_IS}([0-9]{{3,4}})(?![0-9])")
_ONCE: Final = re.compile(
    rf"(?:(?i:\b(?:verification code|one[- ]time (?:code|password)|otp))|验证码){_IS}([0-9]{{4,8}})"
    r"(?![0-9A-Za-z分秒元次位])"
)
_PASSWORD: Final = re.compile(
    r"(?:(?i:\b(?:password|passcode))|密码|口令)(?: ?(?i:is|was|:|=)|是|为|：){1,2} ?"
    r"((?=[A-Za-z!@#$%^&*_-]{0,39}[0-9])[A-Za-z0-9!@#$%^&*_-]{4,40})(?![0-9A-Za-z位])"
)
_SECRETS: Final = re.compile("cvv|cvc|code|otp|password|passcode|安全码|验证码|密码|口令")
_FRENCH: Final = re.compile(  # sex, year, month, department, place, order, key
    r"(?<![0-9A-Za-z])[12] ?[0-9]{2} ?(?:[02-9][0-9]|1[0-2]) ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}(?![0-9A-Za-z])"
)
_TAXED: Final = re.compile(r"(?:信用代码|税号|纳税人识别号)[ :：是为]{0,3}(?P<id>[0-9A-Z]{15,20})(?![0-9A-Za-z])")
_SORT_CODE: Final = re.compile(
    r"sort code(?:[ :#]|is|was){0,4}(?P<id>[0-9]{2}([ -])[0-9]{2}\2[0-9]{2})(?![0-9])", re.IGNORECASE
)


def find_identities(page: Page) -> Iterator[Found]:
    """National ids, IBANs and bank cards, each by its check digits where it has some."""
    flat = page.flat
    if page.has_figure and _SECRETS.search(page.lower):
        yield from _secrets(flat)
    if not page.has_figures:
        return
    yield from (Found(*each.span(1), "id") for each in _CN_ID_LOOSE.finditer(flat))
    yield from (Found(*each.span(), "id") for each in _ABROAD.finditer(flat))
    yield from (Found(*each.span("id"), "id") for each in _ABROAD_SAID.finditer(flat))
    yield from (Found(*each.span("id"), "number") for each in _SORT_CODE.finditer(flat))
    yield from (Found(*each.span(), "id") for each in _FRENCH.finditer(flat) if checksums.french_nir(each[0]))
    yield from (Found(*each.span("id"), "number") for each in _TAXED.finditer(flat))
    yield from _ibans(flat)
    for each in _LONG.finditer(flat):
        if kind := _long_number(page, each):
            yield Found(*each.span(), kind)
    yield from (Found(*each.span(), "id") for each in _SSN.finditer(flat))
    yield from (Found(*each.span(1), "id") for each in _SSN_SAID.finditer(flat))
    yield from (Found(*each.span(), "id") for each in _NINO.finditer(flat))
    yield from (Found(*each.span("id"), "id") for each in _NINO_SAID.finditer(flat))
    yield from (
        Found(*each.span(), "id") for each in _HONG_KONG.finditer(flat) if checksums.hong_kong_id(*each.groups())
    )
    yield from (Found(*each.span(), "id") for each in _TAIWAN.finditer(flat) if checksums.taiwan_id(each[0]))
    yield from (Found(*each.span(), "id") for each in _SINGAPORE.finditer(flat) if checksums.singapore_id(each[0]))


def _secrets(flat: str) -> Iterator[Found]:
    """What opens a card or an account."""
    for pattern, kind in ((_CARD_CODE, "card"), (_ONCE, "number"), (_PASSWORD, "number")):
        yield from (Found(*each.span(1), kind) for each in pattern.finditer(flat))


def _ibans(flat: str) -> Iterator[Found]:
    for each in _IBAN.finditer(flat):
        words = each[0]
        while len(plain := words.replace(" ", "")) >= 15:  # a word in capitals may follow: take it off and look again
            if checksums.iban(plain):
                yield Found(each.start(), each.start() + len(words), "iban")
                break
            words = words.rpartition(" ")[0]


def _long_number(page: Page, found: re.Match[str]) -> str:
    """`id` or `card`, or nothing: what is left may still be an order."""
    number = re.sub("[ -]", "", found[0])
    words = page.before(found.start(), 24)
    if _THING.search(words) or _AMOUNT.match(page.after(found.end())):
        return ""
    if len(number) == 18 and checksums.chinese_id(number):
        return "id"
    if not number.isdigit() or (number.startswith("86") and len(number) == 13):
        return ""
    is_card = bool(_CARD_SAID.search(words))
    if len(number) == 15 and checksums.old_chinese_id(number) and not is_card:
        return "id"
    if 13 <= len(number) <= 19 and _ISSUERS.match(number) and checksums.luhn(number) and (len(number) > 14 or is_card):
        return "card"
    return "card" if is_card and 15 <= len(number) <= 19 else ""


_SAID_ZH: Final = (
    r"(?:订单|单|运单|快递单?|物流单?|包裹|流水|工单|保单|合同|受理|投诉|病历|病案|处方|准考证|报修|住院|门诊|就诊|挂号|学|户|发票|凭证|交易|"
    r"会员卡?|账|帐|账户|客户|预订|预定|确认|案件|报案|理赔|取件|缴费|序列|设备|宽带|燃气|用电|贷款|卡|编|车架|发动机)"
    r"(?:编)?(?:号码?|ID|id)(?:[^0-9A-Za-z\n，。,;!?]{0,5})"
)
_ORDER_ZH: Final = re.compile(_SAID_ZH + r"(?P<id>[A-Za-z0-9][A-Za-z0-9_-]{4,29})")
_NEAR_ZH: Final = re.compile(
    r"(?:订单|运单|快递|包裹|保单|工单|账户|账号|帐号|会员)(?:是|为|:| |#|\()*(?P<id>[A-Za-z]{0,6}"
    r"[0-9][0-9A-Za-z-]{6,29})"
)
_STAFF_ZH: Final = re.compile(
    r"(?:工号|员工号|胸牌|编号|警号)[^0-9A-Za-z\n，。,]{0,4}(?P<id>[A-Za-z]{0,4}[0-9]{3,12})(?![0-9A-Za-z]"
    r")"
)
_SAID_EN: Final = (
    r"(?<![a-z])(?:order|tracking|booking|reservation|confirmation|account|acct|a/c|invoice|policy|"
    r"claim|case|ticket|ref|"
    r"reference|member|membership|customer|patient|loyalty|frequent flyer|ff|shipment|parcel|package|"
    r"serial|contract|loan|"
    r"mrn|rx|prescription(?: rx)?|medical record|"
    r"student|employee|badge|agent|transaction|meter|imei|vin|routing|sort code|"
    r"incident|complaint|skywards|mileageplus|aadvantage)"
    r"(?: ?(?:number|no\.?|num|nr|id|code|ref(?:erence)?|#))*(?:\s?(?:is|was|are|of|:|#|=|-|\()){0,3}\s?#?"
)
_ORDER_EN: Final = re.compile(
    _SAID_EN + r"(?P<id>[A-Z]{0,4}-?[0-9][A-Z0-9]{2,}(?:-[A-Z0-9]{2,}){0,5}|[A-Z0-9]{2,8}-[A-Z0-9-]{4,24}|[A-Z]{1,8}"
    r"[0-9][A-Z0-9]{3,24})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_IN_GROUPS: Final = r"(?P<id>[0-9]{2,8}(?: [0-9]{2,6}){1,5})(?![0-9A-Za-z]|[.:/-][0-9]|[年月日号点])"  # 8827 4410 3321
_GROUPED_ZH: Final = re.compile(_SAID_ZH + _IN_GROUPS)
_GROUPED_EN: Final = re.compile(_SAID_EN + _IN_GROUPS, re.IGNORECASE)
_LOCATOR: Final = re.compile(
    r"(?:(?i:\bpnr|record locator|confirmation(?: code| number)?|booking (?:ref(?:erence)?|code)|"
    r"reservation code)|预订编码|记录编号|编码)"
    r"(?:[ :#]|is|was|=|是|为){1,5}(?P<id>(?=[A-Z0-9]{6}\b)[A-Z0-9]*[A-Z][A-Z0-9]*)(?![A-Za-z0-9])"
)
_LOCATOR_GATE: Final = re.compile("pnr|locator|confirmation|booking|reservation|编码")
_SHAPES: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:SF ?[0-9]{12,15}|JD[A-Z0-9]{2}?[0-9]{9,15}|(?:YT|JT|ZTO|STO|EMS|DPK|DB|UC)"
    r"[0-9]{10,15}|1Z[0-9A-Z]{16}|"
    r"[A-Z]{2}[0-9]{9}[A-Z]{2}|[0-9]{3}-[0-9]{7}-[0-9]{7}|[A-Z]{1,5}-?[0-9]{8,20}|[A-Z]{2,5}-[0-9]{4,6}-[0-9]{3,8}|"
    r"[0-9]{12,24}|[0-9]{4}(?: [0-9]{4}){3,4}(?: [0-9]{2,4})?)(?![A-Za-z0-9])"
)
_FLIGHT_OR_MODEL: Final = re.compile(
    r"航班|flight|车次|型号|model|版本|version|isbn|条形?码|barcode|国药准字|批号|许可证|art\.|sku"
)
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-/.]?(?:0?[1-9]|1[0-2])(?:[-/.]?(?:0?[1-9]|[12][0-9]|3[01]))?$|(?:19|20)[0-9]{2}"
    r"$|[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{2,4}$"
)
_UNIT_AFTER: Final = re.compile(
    r" ?(?:元|块|万|亿|天|小时|分钟|次|个|件|积分|days?|hours?|minutes?|weeks?|months?|years?|times|"
    r"items?|points?|miles|usd|dollars|people|%|pm|am|st\b|nd\b|rd\b|th\b|gb|mb|mm|cm|kg|k\b|x )"
)


def find_numbers(page: Page) -> Iterator[Found]:
    """Orders, parcels, accounts, staff numbers: by what is said before them, then by shape."""
    if not page.has_figure:
        if _LOCATOR_GATE.search(page.lower):
            yield from (Found(*each.span("id"), "number") for each in _LOCATOR.finditer(page.flat))
        return
    for pattern in (_GROUPED_ZH, _GROUPED_EN) if page.has_han else (_GROUPED_EN,):
        for each in pattern.finditer(page.flat):
            if _is_in_groups(page, each["id"], each.end("id")):
                yield Found(*each.span("id"), "number")
    patterns = [_ORDER_ZH, _NEAR_ZH, _STAFF_ZH] if page.has_han else []
    for pattern in (*patterns, _ORDER_EN, _LOCATOR):
        for each in pattern.finditer(page.flat):
            if pattern is _LOCATOR or _is_number(page, each["id"], each.end("id"), each.start("id")):
                yield Found(*each.span("id"), "number")
    for each in _SHAPES.finditer(page.flat):
        if not _FLIGHT_OR_MODEL.search(page.before(each.start(), 12)) and not _UNIT_AFTER.match(page.after(each.end())):
            yield Found(*each.span(), "number")


def _is_in_groups(page: Page, number: str, end: int) -> bool:
    """One number written in groups; not a number and a year, a price or a quantity beside it."""
    groups = number.split(" ")
    together = len(groups) > 2 or len(groups[0]) == len(groups[1]) >= 4
    if not together or sum(map(len, groups)) < 8 or _UNIT_AFTER.match(page.after(end)):
        return False
    return not _DATE.match("-".join(groups))


def _is_number(page: Page, number: str, end: int, start: int) -> bool:
    has_unit = number.isdigit() and _UNIT_AFTER.match(page.after(end))  # VIP0088231积分: no quantity has letters in it
    if has_unit or page.after(end, 2)[:1] == "%" or page.before(start, 1) in tuple("¥￥$€£"):
        return False
    if re.fullmatch("[A-Za-z]*", number):
        return number.isupper()
    figures = sum(each.isdigit() for each in number)
    return not _DATE.match(number) and figures >= (3 if len(number) < 8 else 2) and len(number) >= 3


_PLATE: Final = re.compile(
    r"(?<![A-Za-z0-9])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Z][·•. -]?"
    r"(?=[A-HJ-NP-Z0-9]*[0-9])[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳领](?![A-Za-z0-9])"
)
_PLATE_SAID: Final = re.compile(
    r"(?:(?i:licen[cs]e plate|plate number|number plate|plate|registration|reg)(?: number| no\.?)?)(?: number| no\.?)?"
    r"(?: ?(?:is|was|:|#)){0,2} ?(?P<id>(?=[A-Z0-9 -]*[0-9])(?=[A-Z0-9 -]*[A-Z])[A-Z0-9]{2,4}[ -]?[A-Z0-9]{"
    r"2,4})(?![A-Za-z0-9])"
)
_PASSPORT_SAID: Final = re.compile(
    r"(?:(?i:passport|driver'?s? licen[cs]e|driving licen[cs]e)|护照|通行证|台胞证|回乡证|驾驶证|"
    r"军官证)[^0-9A-Z\n。]{0,18}"
    r"(?P<id>[A-Z]{0,3}[0-9][A-Z0-9]{5,11}|[A-Z]{5}[0-9]{6}[A-Z0-9]{5})(?![A-Za-z0-9])"
)
_PASSPORT: Final = re.compile(r"(?<![A-Za-z0-9])(?:E[A-HJ-NP-Z]?[0-9]{7,8})(?![A-Za-z0-9])")
_DAY: Final = (
    r"(?:(?:19|20)?[0-9]{2} ?[年./-] ?[0-9]{1,2} ?[月./-] ?[0-9]{1,2} ?[日号]?|[0-9]{1,2} ?月 ?[0-9]{1,2}"
    r" ?[日号]?|(?:19|20)[0-9]{6}|"
    r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)?[0-9]{2}|(?:[0-3]?[0-9](?:st|nd|rd|th)?(?: of)? )?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: [0-3]?[0-9](?:st|nd|rd|th)?)?,?(?: (?"
    r":19|20)[0-9]{2})?)"
)
_BORN: Final = re.compile(
    rf"(?:生日|出生(?:日期|年月日?|于|在)?|生于|\bborn(?: on| in)?|\bdob|date of birth|birth ?date|birthday)"
    rf"(?: ?(?:是|为|在|:|is|was|on|=|\())*(?:农历|阳历)? ?(?P<day>{_DAY})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_BORN_AFTER: Final = re.compile(
    rf"(?P<day>{_DAY})(?= ?(?:出生|生人|生的|is my birthday|是我(?:的)?生日))", re.IGNORECASE
)


def find_things(page: Page) -> Iterator[Found]:
    """Number plates, passports and licences, days of birth."""
    flat = page.flat
    if not page.has_figure:
        return
    yield from (Found(*each.span(), "plate") for each in _PLATE.finditer(flat) if page.has_han)
    if "late" in flat or "reg" in flat:
        yield from (Found(*each.span("id"), "plate") for each in _PLATE_SAID.finditer(flat))
    if page.has_figures:
        yield from (Found(*each.span("id"), "passport") for each in _PASSPORT_SAID.finditer(flat))
        yield from (Found(*each.span(), "passport") for each in _PASSPORT.finditer(flat))
    if "生" in flat or "orn" in flat or "irth" in flat or "dob" in flat.lower():
        for pattern in (_BORN, _BORN_AFTER):
            yield from (Found(*each.span("day"), "birthday") for each in pattern.finditer(flat))
