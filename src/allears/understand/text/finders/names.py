"""Names of persons: by surname and title, by what announces them, and by lists; never by a capital letter alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from allears.understand.text.finders import words
from allears.understand.text.finders.page import Found, Page

_ZH: Final = words.chinese()
_EN: Final = words.latin()
_TITLE: Final = re.compile(f"{words.TITLES}|{words.SHORT_TITLES}")
_SHORT: Final = re.compile(words.SHORT_TITLES)
_ANNOUNCED: Final = re.compile(
    r"(?:我叫|我的名字(?:是|叫)?|我名字(?:是|叫)|名叫|叫做|名字(?:是|叫|:|：)|姓名|联系人|收件人|"
    r"收货人|寄件人|发件人|代收人|登记人|负责人|对接人|推荐人|介绍人|法人|班主任|当事人|投诉人|申请人|投保人|被保险人|被保人|持卡人|开户人|户主|乘机人|乘客姓名|入住人|预订人|"
    r"预定人|接待我的(?:人)?|订房人|订餐人|下单人|签收人|乘车人|开票人|监护人|报修人|经办人|签名|署名|落款|"
    r"本人(?=[\u4e00-\u9fff]{2,4}[,，(（:：])|此致\s*敬礼[!！。]?|收款人|患者姓名|请问(?=[\u4e00-\u9fff]{2,4}(?:在吗|在不在|还在)))(?:写的|填的|登记的)?(?:是|叫|为|：|:|\s|，)*"
)
_ROLE: Final = re.compile(
    r"(?:客服|员工|店员|工程师|师傅|司机|骑手|快递员|经理|店长|主管|老师|医生|护士|护士长|顾问|教练|"
    r"导购|专员|柜员|销售|前台|技师|保安|列车长|乘务员|空姐|接待员|业务员|大堂经理|坐席|设计师|美容师|"
    r"律师|患者|病人|医师|护工|民警|业主|住户|租客|房东|邻居|同事|朋友|妻子|爱人|家属|家人|我是|丈夫|老公|老婆|儿子|女儿|父亲|母亲|小姐姐|"
    r"爸爸|妈妈|哥哥|弟弟|姐姐|妹妹|外公|外婆|婆婆|公公|岳父|岳母|孙子|孙女|侄子|外甥|闺女|男友|女友|"
    r"小哥|表扬|投诉|感谢|谢谢|点名|有个叫|一个叫|一位叫|叫)"
    r"(?:是|叫|为|：|:|\s|“|\")*"
)
_SURNAMED: Final = re.compile(
    r"(?:我|免贵|本人|他|她|客服|经理|师傅|小哥|人|位|个|员)?姓(?P<name>[\u4e00-\u9fff]{1,2}?)(?=的|[,，。.!！;；"
    r"、\s]|$)"
)
_FAMILIAR: Final = re.compile(
    r"(?<![一每几半两三大从最很太])[小老阿](?P<name>[\u4e00-\u9fff])(?![\u4e00-\u9fff]?[0-9])"
)
_CALLED_SO: Final = re.compile(  # 客服小美, 跟阿芳: no surname, and a part only beside what a person does
    r"(?:(?:客服|店员|导购|技师|前台|销售|护士|师傅|主播|顾问|同事|朋友|员工)(?:叫|是)?(?P<a>[小阿][\u4e00-\u9fff])"
    r"|(?<=[跟找叫问和])(?P<b>阿[\u4e00-\u9fff]))(?![\u4e00-\u9fff]?[0-9])"
)
_FIRST: Final = "".join(sorted(_ZH.surnames - _ZH.loose))
_BARE: Final = re.compile(
    '(?:(?<=[，。！？；：、\\s,.!?;:“"(（])|(?<=[是由找跟让被请谢扬诉名叫与和给])|^)'
    f"(?P<name>[{_FIRST}][{''.join(sorted(_ZH.given))}]{{2}})"
    '(?=[，。！？；：、\\s,.!?;:”")）的是说在跟给帮态服很非真太接来去打为把不没办处工先女耐热专教陪送讲告让也都反]|$)'
)
# Names of ordinary characters
_TOGETHER: Final = frozenset(["一诺", "一凡", "一鸣", "一涵", "一博", "一航", "立新", "建新", "志新"])
_WITHIN: Final = re.compile(
    f"(?=(?P<name>[{''.join(sorted(_ZH.surnames))}](?:[{''.join(sorted(_ZH.given))}]{{2}}|{'|'.join(sorted(_TOGETHER))})))"
)
_LEFT: Final = frozenset('，。！？；：、,.!?;:“"(（ \n\t是由找跟让被请谢扬诉名叫与和给对向位人员生友的们儿妈爸下上')
_RIGHT: Final = frozenset(
    '，。！？；：、,.!?;:”")） \n\t的是说在跟给帮态服很非真太接来去打为把不没办处工先女耐热专教陪送'
    "讲告让也都反和与及还没上答回"
)
_ANYWHERE: Final = 4  # how seldom the characters are anything but a name, to be believed without a boundary
_AT_A_BOUNDARY: Final = 2
_SHORT_WITHIN: Final = re.compile(
    f"(?:(?<=[，。！？；：、\\s,.!?;:是由找跟让被请谢和与个位的])|^)(?P<name>[{_FIRST}][{''.join(sorted(_ZH.given))}])"
    "(?=说|接|给我|给他|帮|告诉|答|讲|送|陪|耐心|热情|态度|打电话|回复|回我|一直|服务|上门|没来|主动|跑前)"
)
_LOOSE: Final = 1  # so much more is asked of a surname that is an ordinary word too
_BEFORE_PHONE: Final = re.compile(
    r"(?:^|(?<=[\s,，。;；:：、(（]))(?P<name>[\u4e00-\u9fff]{2,4})[\s,，:：(（]{0,2}(?:电话|手机|"
    r"tel)?[:： ]?(?=\+?(?:86)?[ -]?1[3-9][0-9]{3})",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(
    r"(?:——|--|—|落款[:：]?|您的(?:朋友|客户)|一位(?:老)?(?:顾客|客户)|[。！!\n])[\s]*(?P<name>[\u4e00-\u9f"
    r"ff]{2,4})\s*(?:敬上|上|留|致|(?:20)?[0-9]{2,4}[年./-][0-9].{0,8})?$"
)
_GATE_ZH: Final = re.compile(f"[阿小叫名{''.join(sorted(_ZH.surnames | {each[0] for each in _ZH.compound}))}]")
_EDGE: Final = frozenset("，。！？；：、,.!?;:()（）“”\"'《》【】[]/\\ \t\n")


def find(page: Page) -> Iterator[Found]:
    """Names in Chinese characters, then in Latin letters."""
    if page.has_han:
        yield from _chinese(page)
    if _CAPITAL.search(page.raw) or ":" in page.flat or "/" in page.flat or "name" in page.raw:
        yield from _latin(page)


def _chinese(page: Page) -> Iterator[Found]:
    text = page.flat
    if _GATE_ZH.search(text):
        for finder in (_titled, _announced, _surnamed, _familiar, _called_so, _bare, _within, _short_within):
            yield from finder(text)


def _announced(text: str) -> Iterator[Found]:
    for pattern, sure in ((_ANNOUNCED, True), (_ROLE, False)):
        for found in pattern.finditer(text):
            if end := _name_after(text, found.end(), sure=sure):
                yield Found(found.end(), end, "name")


def _surnamed(text: str) -> Iterator[Found]:
    if "姓" in text:
        for found in _SURNAMED.finditer(text):
            if found["name"] in _ZH.surnames or found["name"] in _ZH.compound:
                yield Found(*found.span("name"), "name")


def _familiar(text: str) -> Iterator[Found]:
    for found in _FAMILIAR.finditer(text):
        if found["name"] in _ZH.familiar and text[found.start() : found.end() + 1] not in _ZH.not_familiar:
            yield Found(*found.span(), "name")


def _called_so(text: str) -> Iterator[Found]:
    for found in _CALLED_SO.finditer(text):
        name = found["a"] or found["b"]
        group = "a" if found["a"] else "b"
        if name[1] in _ZH.given and name not in _ZH.not_familiar and name[1] not in _NO_PERSON:
            yield Found(*found.span(group), "name")


_NO_PERSON: Final = frozenset("时学号区妹票吃朋费心伙孩事家姐哥弟程店份道米红麦米巧宝强姨公婆里富")


def _bare(text: str) -> Iterator[Found]:
    for found in _BARE.finditer(text):
        if _is_name(found["name"]) and _is_free(text, found.start("name"), found["name"]):
            yield Found(*found.span("name"), "name")
    for pattern in (_BEFORE_PHONE, _SIGNED):
        for found in pattern.finditer(text):
            if _is_name(found["name"]) and not _ends_ordinary(found["name"]):
                yield Found(*found.span("name"), "name")


def _within(text: str) -> Iterator[Found]:
    """Surname and two given characters amid other words: the seldomer these are anything else, the surer."""
    for found in _WITHIN.finditer(text):
        name, start, end = found["name"], found.start(), found.start() + 3
        seldom = (
            sum(map(_seldom, name[1:])) + (name[:2] not in _ZH.side_by_side) + 2 * (name[1:] not in _ZH.side_by_side)
        )
        bounded = start == 0 or end == len(text) or text[start - 1] in _LEFT or text[end] in _RIGHT
        if seldom < (_AT_A_BOUNDARY if bounded else _ANYWHERE) + _LOOSE * (name[0] in _ZH.loose):
            continue
        if name[:2] not in _ZH.compound and _is_name(name) and _is_free(text, start, name):
            yield Found(start, end, "name")


def _short_within(text: str) -> Iterator[Found]:
    """王芳接的: surname and one given character, between what opens a name and what a person does."""
    for found in _SHORT_WITHIN.finditer(text):
        name = found["name"]
        if name not in _ZH.side_by_side and _seldom(name[1]) and _is_name(name) and _is_free(text, found.start(), name):
            yield Found(*found.span("name"), "name")


def _seldom(given: str) -> int:
    return 0 if given in _ZH.usual else 1 if given in _ZH.less_usual else 2


def _titled(text: str) -> Iterator[Found]:
    for title in _TITLE.finditer(text):
        is_short = _SHORT.fullmatch(title[0]) is not None and len(title[0]) == 1
        if (start := _name_before(text, title.start(), is_short)) is not None:
            yield Found(start, title.start(), "name")


def _name_before(text: str, end: int, is_short: bool) -> int | None:
    """Where the name begins that ends before a title; the longest that can be one, and surely not another word."""
    for length in (4, 3, 2):
        start = end - length
        if start < 0 or (is_short and length > 1):
            continue
        name = text[start:end]
        if _is_name(name) and _is_free(text, start, name):
            return start
    if end >= 2 and text[end - 2 : end] in _ZH.compound:
        return end - 2
    one = text[end - 1 : end]
    if (
        one not in _ZH.surnames
        or text[end - 1 : end + 1] in _ZH.not_names
        or text[end - 1 : end + 2] in _ZH.not_names
        or not _is_free(text, end - 1, one)
    ):
        return None
    before = text[end - 2 : end - 1] if end > 1 else ""
    if before in "小老大" and before and one in _ZH.familiar:
        return None  # 小王师傅: found as 小王
    if one in _ZH.loose and text.startswith(_COURTEOUS, end) and before in _WHO:
        return end - 1
    if (one in _ZH.loose or is_short) and before and before not in _EDGE and before not in _OPENS:
        return None
    return end - 1


_COURTEOUS: Final = ("先生", "女士", "小姐", "太太", "夫人")
_WHO: Final = frozenset("户客主系下员人友属一")  # 住户林女士, 联系一下高先生
_OPENS: Final = frozenset("是找由跟和给让被向对请谢的位有与问了叫于到个及把为因到见听像们队")


def _is_name(name: str) -> bool:
    """Surname and given name by form alone: no word of the list, no particle in it."""
    if len(name) < 2 or name in _ZH.not_names or name[:2] in _ZH.not_names or name[-2:] in _ZH.not_names:
        return False
    cut = 2 if name[:2] in _ZH.compound else 1
    if name[0] not in _ZH.surnames and cut == 1:
        return False
    given = name[cut:]
    if given in _TOGETHER:
        return True
    if not 1 <= len(given) <= 2 or any(each in _ZH.never_given or not "\u4e00" <= each <= "\u9fff" for each in given):
        return False
    if name[0] in _ZH.loose or len(given) == 2:
        return all(each in _ZH.given for each in given)
    return len(given) == 1 and (given in _ZH.given or given not in _ZH.surnames)


def _is_free(text: str, start: int, name: str) -> bool:
    """The character before does not make another word of the name's first."""
    before = text[start - 1 : start] + name[0]
    return start == 0 or not (before in _ZH.bound or before in _ZH.compound)


def _as_told(text: str, start: int, *, sure: bool) -> int | None:
    """Where a name ends that stands alone up to a stop, whatever its last characters are elsewhere.

    A surname of two characters is enough after a mere role; others must be announced.
    """
    told = _AS_TOLD.match(text, start)
    if told is None or _TITLE.search(told[0]):
        return None
    if told["double"]:
        return told.end() if told[0][:2] in _ZH.compound else None
    return told.end() if sure and (told["strange"] or _is_name(told[0][:2])) else None


def _name_after(text: str, start: int, *, sure: bool) -> int | None:
    """Where the name ends that begins here; after a mere role (`not sure`) common given characters are asked for."""
    if end := _as_told(text, start, sure=sure):
        return end
    for length in (4, 3, 2):
        name = text[start : start + length]
        if len(name) < length or not _is_name(name):
            continue
        if length == 4 and name[:2] not in _ZH.compound:
            continue
        following = text[start + length : start + length + 1]
        is_compound = name[:2] in _ZH.compound
        given = name[2 if is_compound else 1 :]
        if not sure and ((name[0] in _ZH.loose and not is_compound) or not all(each in _ZH.given for each in given)):
            continue
        if not sure and len(given) == 1 and following and following not in _EDGE and following not in _FOLLOWS:
            continue
        return start + length
    return None


# Told to be a name, and nothing else up to a stop: sounds of another language, or a surname and two characters
_SOUNDS: Final = (
    "阿艾安巴白贝比伯博布才次达丹旦德迪丁多尔法菲费弗尕格古哈海赫吉加江卡凯克库拉兰朗勒雷莉力丽琳龙玛麦曼米木穆"
    "娜纳尼努诺帕普齐恰热仁萨桑沙斯索苏塔特提帖图吐托瓦维乌西希雅亚扬伊依益尤玉泽扎卓孜措姆姗珍茨夫娃"
)
_AS_TOLD: Final = re.compile(
    f"(?:(?P<strange>[{_SOUNDS}]{{3,6}}|[\u4e00-\u9fff]{{2,7}}(?:·[\u4e00-\u9fff]{{1,7}})+)|(?P<double>[\u4e00-\u9fff]{{4}})|[\u4e00-\u9fff]{{3}})"
    r"(?=[，。！？；：、,.!?;:()（）\s]|$)"
)
_FOLLOWS: Final = frozenset(
    "的是说在跟给帮态服很非真太接来去打为把不没办处先女耐热专教让被也都就和及与告讲特十挺超真主细温反一下看经总常又还做送修帮"
)


def _ends_ordinary(name: str) -> bool:
    return name[-1] in _ZH.never_given or (len(name) == 4 and name[:2] not in _ZH.compound)


_LETTERS: Final = [chr(code) for first, last in ((0x41, 0x24F), (0x1E00, 0x1EFF)) for code in range(first, last + 1)]
_UP: Final = "".join(char for char in _LETTERS if char.isupper())  # also Vietnamese, Polish, Turkish
_LOW: Final = "".join(char for char in _LETTERS if char.islower())
_CAPITAL: Final = re.compile(f"[{_UP}][{_LOW}]")
_WORD: Final = rf"[{_UP}][{_LOW}]+(?:['’-][A-Z]?[{_LOW}]+)?|(?:O['’]|Mc|Mac|D['’])[A-Z][a-z]+"
_PARTICLES: Final = r"(?:(?:van|von|de|der|den|ten|ter|la|le|di|da|del|dos|bin|al|el|zu) ){1,3}"
_WITH_TITLE: Final = re.compile(
    rf"(?<![A-Za-z])(?:Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Miss|Mister|Captain|Capt|Officer|Nurse|Rev|Fr|"
    rf"Herr|Frau|Mme|Sra?|MR|MRS|MS|DR)(?:\.|(?= )) ?(?P<of>{_PARTICLES})?"
    rf"(?P<name>(?:{_WORD})(?: (?:[A-Z]\.? )?(?:{_WORD})){{0,2}}|[A-Z]{{2,}}(?: [A-Z]{{2,}})?)"
)
_SAYS_NAME: Final = re.compile(
    r"(?:\b(?i:my|his|her|the) (?:(?:full|first|last|agent'?s?|rep'?s?|employee'?s?|driver'?s?) )?name(?: is(?![a-z'’])"
    r"|'s|:| was)|\bname[:=]|\b(?<!bot )(?<!assistant )(?:named|called) (?=[A-Z])|\bgoes by"
    r"|\b(?i:contact person|passenger|attn\.?|patient|guest|card ?holder|account holder|policy ?holder|"
    r"name on (?:the|my) [a-z]{2,12})(?::| is(?= [A-Z]))|\battn[.]?(?= [A-Z])) ?"
    rf"(?P<name>[{_UP}{_LOW}'’-]{{2,20}}"
    rf"(?: (?:(?:de|van|der|den|von|la|le|del|da|dos|bin|al|el) ){{0,2}}[{_UP}][{_UP}{_LOW}'’-]+){{0,3}})"
)
_SAYS: Final = ("name", "called", "goes by", "person", "passenger", "attn", "patient", "guest", "holder")
_VIETNAMESE: Final = re.compile(  # a family name with its marks is nothing else
    r"\b(?:Nguyễn|Nguyen|Trần|Phạm|Hoàng|Huỳnh|Đặng|Bùi|Đỗ|Hồ(?! Chí Minh)|Ngô|Dương|Đinh|Trịnh|Đoàn|Lương|Võ|Vũ|Lê)"
    rf"(?: [{_UP}][{_LOW}]+){{1,3}}"
)
_RELATED: Final = re.compile(
    r"\b[Mm]y (?:late |elderly |dear )?(?:mum|mom|mother|dad|father|wife|husband|partner|son|daughter|brother|sister"
    r"|aunt|uncle|nan|gran|grandma|grandmother|grandad|grandpa|grandfather|niece|nephew|cousin|fianc[eé]e?|girlfriend"
    r"|boyfriend|friend|boss|colleague|neighbou?r|flatmate|room-?mate|assistant|tenant|landlord|landlady|carer|lawyer"
    rf"|client)(?:-in-law)?,? (?P<name>(?:{_WORD}) (?:{_WORD})(?: (?:{_WORD}))?)(?![A-Za-z0-9])"
)
_TICKETED: Final = re.compile(
    r"(?<![A-Za-z/])[A-Z]{2,}/[A-Z]{2,}(?: [A-Z]{3,})?(?P<title> (?:MRS?|MS|MISS|CHD))?(?![A-Za-z/])"
)
_TRAVELS: Final = re.compile(r"(?:passenger|travell?er|\bpax|name|乘机人|旅客|乘客|姓名)\W{0,3}$", re.IGNORECASE)
_PLUGS: Final = re.compile("USB|HDMI|WIFI|AC/|TV|DVD")
_CUE: Final = re.compile(
    r"(?:(?<![A-Za-z])(?:I am|I'm|I’m|[Tt]his is|[Ss]poke (?:to|with)|[Ss]peaking (?:to|with)|[Tt]"
    r"alked (?:to|with)|[Cc]hatted with|[Dd]ealt with|[Hh]elped by|[Aa]ssisted by|[Ss]erved by|[Tt]hanks? to|"
    r"[Tt]hank you,? |[Kk]udos to|[Aa]sk(?:ed)? for|[Ss]hout ?out to|[Pp]raise for|[Aa]gent|[Rr]ep|[Mm]"
    r"anager|[Ss]upervisor|[Dd]river|[Tt]echnician|[Nn]urse|[Ww]aiter|[Ww]aitress|[Ss]erver|[Cc]ashier|"
    r"[Rr]eceptionist|[Cc]oncierge|[Aa]dvisor|[Aa]ssociate|[Ss]tylist|[Tt]eller|[Cc]lerk|[Ii]nstructor|"
    r"[Tt]eacher|[Dd]octor|[Hh]usband|[Ww]ife|[Ss]on|[Dd]aughter|[Mm]other|[Ff]ather|[Ff]riend|[Cc]olleague|"
    r"Dear|Hi|Hello|Hey|Attn:?|[Rr]egards|[Ss]incerely|[Cc]heers|Yours(?: truly)?|Best|Love|Thanks|Thx|"
    r"[Ss]igned)[,:]?|—|--|–)\s{0,3}$"
)
_CAPITALS: Final = re.compile(rf"(?<![A-Za-z0-9@#&])(?:{_WORD})(?:(?: [A-Z]\.)? (?:{_WORD}))*(?![A-Za-z0-9])")
_SIGN_WORDS: Final = re.compile(
    r"(?:regards|sincerely|cheers|yours(?: truly| faithfully)?|best(?: wishes)?|love|thanks(?: again)?|"
    r"thank you|thx|signed|respectfully)[,.!]?\s{0,3}[-—–]*\s?(?P<name>[A-Z][a-zà-ÿ'’-]+(?: [A-Z][a-zà-ÿ'’-]*\.?"
    r"){0,2})[.\s]*(?:\Z|\n)",
    re.IGNORECASE,
)
_BEFORE_HAN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>[A-Z][a-z]{2,11})(?=(?:老师|经理|小姐|女士|先生|店长|顾问|教练|小姐姐|"
    r"医生|设计师|姐|哥|主管|总监)(?!版))"
)
_AFTER_HAN: Final = re.compile(
    r"(?:客服|老师|经理|顾问|教练|店员|设计师|销售|我叫|我是|主管|导购|店长|叫做?|技师|联系人[:：]?|"
    r"收件人[:：]?|姓名[:：]?) ?(?P<name>[A-Z][a-z]{2,11}(?: [A-Z][a-z]+)?)(?![A-Za-z0-9])"
)


def _latin(page: Page) -> Iterator[Found]:
    text = page.raw
    found = list(_all_latin(page, text))
    kept = [each.span() for each in _EN.brands.finditer(text)] if found else []
    yield from (each for each in found if not any(start < each.end and each.start < end for start, end in kept))


def _all_latin(page: Page, text: str) -> Iterator[Found]:
    yield from _ticketed(text)
    if page.has_han:
        for pattern in (_BEFORE_HAN, _AFTER_HAN):
            for found in pattern.finditer(text):
                if found["name"].lower() not in _EN.ordinary:
                    yield Found(*found.span("name"), "name")
    yield from _titled_latin(text)
    yield from (Found(*found.span(), "name") for found in _VIETNAMESE.finditer(text))
    if any(word in page.lower for word in _SAYS):
        for found in _SAYS_NAME.finditer(text):
            span = _without_ordinary(text, *found.span("name"))
            if span and _may_be_small(found[0], text[slice(*span)]):
                yield Found(*span, "name")
    yield from _relatives(text)
    yield from _listed_names(text)
    for found in _SIGN_WORDS.finditer(text, 0 if "\n" in text else max(0, len(text) - 60)):
        parts = found["name"].lower().replace(".", "").split()
        if found["name"][:1].isupper() and not any(part in _EN.ordinary for part in parts):
            yield Found(*found.span("name"), "name")


def _titled_latin(text: str) -> Iterator[Found]:
    """Dr Oyelaran, Mr. van der Berg."""
    for found in _WITH_TITLE.finditer(text):
        if span := _without_ordinary(text, *found.span("name")):
            yield Found(found.start("of") if found["of"] else span[0], span[1], "name")


def _relatives(text: str) -> Iterator[Found]:
    """“my mum, Rosalind Achterberg”: of people beside one's own, two names or more, in no list."""
    for found in _RELATED.finditer(text) if "y " in text else ():
        if (span := _without_ordinary(text, *found.span("name"))) and " " in text[slice(*span)]:
            yield Found(*span, "name")


def _ticketed(text: str) -> Iterator[Found]:
    """As airlines write them: SMITH/JOHN MR."""
    for found in _TICKETED.finditer(text) if "/" in text else ():
        is_person = found["title"] or _TRAVELS.search(text[max(0, found.start() - 16) : found.start()])
        if is_person and not _PLUGS.search(found[0]):
            yield Found(*found.span(), "name")


def _may_be_small(said: str, name: str) -> bool:
    """“my name is kavya” is a name; “my name is misspelled” and “the name is confusing” are none."""
    if not name[:1].islower() or name in _EN.any_given:
        return True
    return not said.lower().startswith("the ") and not name.endswith(_NO_ENDS)


_NO_ENDS: Final = ("ed", "ing", "elt", "ong", "rect", "ent", "ank", "lete", "ble", "known")


def _without_ordinary(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name up to the first ordinary word; None when it begins with one."""
    at = start
    for part in text[start:end].split(" "):
        if part.strip(".'’").lower() in _EN.ordinary:
            break
        at += len(part) + 1
    return (start, at - 1) if at > start else None


def _listed_names(text: str) -> Iterator[Found]:
    """Names of the lists: sure ones anywhere, names that are words as well only after a cue or before a surname."""
    for run in _CAPITALS.finditer(text):
        at = run.start()
        parts: list[tuple[int, str]] = []
        for part in run[0].split(" "):
            parts.append((at, part))
            at += len(part) + 1
        step = 0
        while step < len(parts):
            taken = _taken(parts[step:]) or _taken_after_cue(text, parts[step:])
            if taken == 1 and _is_of_a_thing(text, *parts[step]):
                taken = 0
            if taken:
                last_at, last = parts[step + taken - 1]
                yield Found(parts[step][0], last_at + len(_POSSESSIVE.sub("", last)), "name")
            step += taken or 1


def _is_of_a_thing(text: str, start: int, name: str) -> bool:
    """“the Amelia dress”: an article before, a thing after, and nothing between."""
    return text[:start].lower().endswith((" the ", " a ")) and bool(_THING.match(text, start + len(name)))


_THING: Final = re.compile(r" (?!who|whom|from|at|in|on|of|that|and|or|is|was|had|has|said|told|did|for|with|to)[a-z]+")


def _taken_after_cue(text: str, parts: list[tuple[int, str]]) -> int:
    """How many words are a name because of what stands before them."""
    names = [_lower(part) for _at, part in parts[:2]]
    in_list = names[0] in _EN.any_given
    by_surname = len(names) == 2 and names[1] in _EN.surnames and names[0] not in _EN.ordinary
    start = parts[0][0]
    if not (in_list or by_surname) or not _CUE.search(text[max(0, start - 24) : start]):
        return 0
    return 2 if by_surname or (len(names) == 2 and _is_surname_like(names[1])) else 1


def _taken(parts: list[tuple[int, str]]) -> int:
    """How many words of the run are one name: given and surname, or a given name that is nothing else."""
    names = [_lower(part) for _at, part in parts[:4]]
    given = names[0]
    if given not in _EN.any_given and given not in _EN.families:
        return 0
    following = next((step for step in (1, 2) if step < len(names) and len(names[step]) > 1), 0)
    if following and given in _EN.any_given and names[following] in _EN.surnames:
        return _with_second_surname(names, following + 1)
    if following and _is_pinyin(given, names[following]):
        return following + 1
    if given in _EN.given:
        return _with_second_surname(names, following + 1 if following and _is_surname_like(names[following]) else 1)
    return 0


def _with_second_surname(names: list[str], taken: int) -> int:
    """Maria Garcia Lopez."""
    return taken + (taken > 1 and taken < len(names) and names[taken] in _EN.surnames)


def _lower(part: str) -> str:
    """Without accents: José is in the list as jose."""
    plain = unicodedata.normalize("NFKD", part) if not part.isascii() else part
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return _POSSESSIVE.sub("", bare).strip(".").lower()


def _is_surname_like(name: str) -> bool:
    return len(name) > 2 and name not in _EN.ordinary and not name.endswith(("ing", "ed", "ly"))


_POSSESSIVE: Final = re.compile("['’]s$")
_GIVEN_PINYIN: Final = re.compile(
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ai|"
    r"ei|ao|ou|an|en|in|un|ia|ie|iu|ui|uo|ua|ue|ve|a|e|i|o|u|v)){1,2}"
)


def _is_pinyin(family: str, given: str) -> bool:
    """Zhang Wei, Li Xiaoming: a common Chinese surname, then one or two syllables that can be a given name."""
    return family in _EN.families and given not in _EN.ordinary and _GIVEN_PINYIN.fullmatch(given) is not None
