"""Masking: what is found and what is left alone, that placeholders hold together, and the figures we publish."""

from itertools import pairwise
from pathlib import Path

import pytest

from allears.understand.text.finders import checksums
from allears.understand.text.masking import KINDS, mask
from allears.understand.text.masking_report import case, cases, judge, markdown_table

DOCS = Path(__file__).parents[3] / "docs" / "masking.md"


def test_each_kind_has_its_placeholder_in_the_language_of_the_text() -> None:
    assert mask("我叫张伟，电话13800138000").text == "我叫[姓名]，电话[电话]"
    assert mask("Call John Smith on 415-555-0132").text == "Call [name] on [phone]"
    assert mask("电话13800138000", language="en").text == "电话[phone]"


def test_the_same_person_has_the_same_number_throughout() -> None:
    said = "联系人：张伟，电话13800138000。张先生说另一个号 13900000001 不用了，打138 0013 8000，别找李女士。"
    masked = mask(said).text
    assert masked == "联系人：[姓名]，电话[电话]。[姓名]先生说另一个号 [电话 2] 不用了，打[电话]，别找[姓名 2]女士。"


def test_what_is_known_of_the_customer_goes_wherever_it_stands() -> None:
    known = ["Zola Quint", "zq@corp.example", "+44 7700 900123"]
    masked = mask("quint? Zola Quint, Zola. zq@corp.example or 07700 900123 / 7700-900123", known=known)
    assert "Zola" not in masked.text
    assert "900123" not in masked.text
    assert "zq@" not in masked.text
    assert mask("请转告慕容雪衣", known=["慕容雪衣"]).text == "请转告[姓名]"


def test_characters_of_the_masked_text_lead_back_to_the_original() -> None:
    said = "打13800138000找李老师，态度很差"
    masked = mask(said)
    assert masked.text == "打[电话]找[姓名]老师，态度很差"
    at = masked.text.index("态度很差")
    start, end = masked.original(at, at + 4)
    assert said[start:end] == "态度很差"
    start, end = masked.original(2, 4)  # inside the placeholder: the whole number
    assert said[start:end] == "13800138000"
    start, end = masked.original(0, len(masked.text))
    assert (start, end) == (0, len(said))


def test_a_clean_text_comes_back_as_it_is() -> None:
    said = "很高兴，白天方便，价格2999元，打了12306"
    masked = mask(said)
    assert masked.text is said
    assert masked.found == ()
    assert mask("").text == ""


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("订单号20240315 8827 4410一直没发货", "订单号[编号]一直没发货"),
        ("会员号 6688 9900 1122 的积分没了", "会员号 [编号] 的积分没了"),
        ("My order number 4471 8820 1193 never came", "My order number [number] never came"),
        ("Ref: 88 21 34 50, account no. 1234 5678", "Ref: [number], account no. [number 2]"),
        ("Order 88213450 2024 was odd", "Order [number] 2024 was odd"),
        ("ticket 4412 20 minutes late", "ticket [number] 20 minutes late"),
        ("订单号 2024 03 15", "订单号 2024 03 15"),
    ],
)
def test_a_number_that_is_announced_is_found_in_groups_and_whole(said: str, masked: str) -> None:
    assert mask(said).text == masked


def test_finds_never_overlap_and_stand_in_order() -> None:
    for each in cases():
        found = mask(each.text).found
        assert all(left.end <= right.start for left, right in pairwise(found)), each.text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("11010519491231002X", "110105194912310021"), ("110105189912310023", "110105189913310023")],
)
def test_check_digits_of_chinese_ids(right: str, wrong: str) -> None:
    """The first number is GB 11643-1999's own example."""
    assert checksums.chinese_id(right)
    assert not checksums.chinese_id(wrong)


def test_check_digits_of_others() -> None:
    """Examples that the issuers print: ISO 13616's IBAN of the United Kingdom, Hong Kong's A123456(3)."""
    assert checksums.luhn("4111111111111111")
    assert not checksums.luhn("4111111111111112")
    assert checksums.iban("GB82WEST12345698765432")
    assert not checksums.iban("GB82WEST12345698765433")
    assert checksums.hong_kong_id("A", "123456", "3")
    assert not checksums.hong_kong_id("A", "123456", "4")
    assert checksums.taiwan_id("A123456789")
    assert not checksums.taiwan_id("A123456788")
    assert checksums.singapore_id("S1234567D")
    assert not checksums.singapore_id("S1234567E")
    assert all(map(checksums.singapore_id, ("T0000001E", "F0000001U", "G0000001P")))  # each series has its letters
    assert not any(map(checksums.singapore_id, ("T0000001I", "F0000001P", "G0000001U")))


def test_a_line_of_the_labelled_texts_is_read_and_a_wrong_kind_refused() -> None:
    read = case("打[13800138000]{phone}吧", "zh")
    assert read.text == "打13800138000吧"
    assert [(each.start, each.end, each.kind) for each in read.marked] == [(1, 12, "phone")]
    with pytest.raises(ValueError, match="'shoe' is no kind"):
        case("[x]{shoe}", "en")


def test_there_are_at_least_four_hundred_texts_of_both_languages_and_every_kind() -> None:
    texts = list(cases())
    assert len({each.text for each in texts}) >= 400
    for language in ("zh", "en"):
        of_language = [each for each in texts if each.language == language]
        assert len(of_language) >= 200
        assert sum(not each.marked for each in of_language) >= 80
    assert {mark.kind for each in texts for mark in each.marked} == set(KINDS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("上次装宽带的赵志强这次又来了", ["赵志强"]),
        ("电话里郑雨桐一直跟我道歉", ["郑雨桐"]),
        ("登记人许志远，她叫江晓雯", ["许志远", "江晓雯"]),
        ("今天是王芳接的电话", ["王芳"]),
        ("我女儿宋一诺还在等录取短信", ["宋一诺"]),
        ("经办的人叫佟磊，办事的赫连雅女士", ["佟磊", "赫连雅"]),
        ("田园风光不错，石板路很美，安静的小院", []),
        ("黄金周人太多，何必呢，连续三天都这样", []),
        ("欧阳娜娜代言的，溫泉水質好", []),
    ],
)
def test_chinese_names_without_a_cue_are_told_from_ordinary_words(text: str, names: list[str]) -> None:
    assert [text[each.start : each.end] for each in mask(text).found] == names


def test_figures_stay_at_least_what_we_publish() -> None:
    fitted, held = judge(cases(part="fitted")), judge(cases(part="held"))
    for language in ("zh", "en"):
        row = fitted.row(language, "all")
        assert row.precision is not None
        assert row.recall is not None
        assert row.precision >= 0.96
        assert row.recall >= 0.96
    zh, en = held.row("zh", "all"), held.row("en", "all")
    assert (zh.precision or 0) >= 0.9
    assert (zh.recall or 0) >= 0.83
    assert (en.precision or 0) >= 0.96
    assert (en.recall or 0) >= 0.88
    assert held.clean_hurt <= 1


def test_the_documented_table_is_the_one_the_command_prints() -> None:
    table = markdown_table(judge(cases(part="held")), judge(cases(part="fitted")))
    assert table in DOCS.read_text(encoding="utf-8"), "allears evaluate masking --markdown, into docs/masking.md"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Thanks, Björn Ångström", {"Björn Ångström": "name"}),
        ("Contact: Maria Garcia Lopez", {"Maria Garcia Lopez": "name"}),
        ("I spoke with José Luis Rodríguez", {"José Luis Rodríguez": "name"}),
        ("Passport number 123456789 refused", {"123456789": "passport"}),
        ("NHS number 943 476 5919", {"943 476 5919": "id"}),
        ("Aadhaar 2345 6789 0124, PAN ABCDE1234F", {"2345 6789 0124": "id", "ABCDE1234F": "id"}),
        ("CPF 123.456.789-09", {"123.456.789-09": "id"}),
        ("sort code 12-34-56, cvv 123", {"12-34-56": "number", "123": "card"}),
        ("MAC 00:1A:2B:3C:4D:5E", {"00:1A:2B:3C:4D:5E": "ip"}),
        ("IMEI: 356938035643809", {"356938035643809": "number"}),
        ("t.me/janedoe", {"janedoe": "handle"}),
        ("password is hunter2", {"hunter2": "number"}),
        ("We moved to 8 Avenue Foch, 69006 Lyon", {"8 Avenue Foch, 69006 Lyon": "address"}),
        ("to Hauptstraße 27, 10827 Berlin", {"Hauptstraße 27, 10827 Berlin": "address"}),
        ("at Carrer de Balmes 118, 08008 Barcelona", {"Carrer de Balmes 118, 08008 Barcelona": "address"}),
        ("Kungsgatan 44, 111 35 Stockholm", {"Kungsgatan 44, 111 35 Stockholm": "address"}),
        ("12 Queen Street, Toronto, ON M5H 2M9", {"12 Queen Street, Toronto, ON M5H 2M9": "address"}),
        ("4 King Street, Sydney NSW 2000", {"4 King Street, Sydney NSW 2000": "address"}),
        ("06 45 12 88 30 when you are outside", {"06 45 12 88 30": "phone"}),
        ("0171 2345678 is German, 06-12349876 Dutch", {"0171 2345678": "phone", "06-12349876": "phone"}),
        ("carte vitale 2 69 05 49 588 157 80", {"2 69 05 49 588 157 80": "id"}),
        ("My colleague Thandiwe Mokoena paid", {"Thandiwe Mokoena": "name"}),
        ("my landlord, Rosamund Achterberg, says no", {"Rosamund Achterberg": "name"}),
        ("我是司徒建业，还没收到", {"司徒建业": "name"}),
        ("我叫阿依古丽，填不进去", {"阿依古丽": "name"}),
        ("收货人：孙未央，放驿站", {"孙未央": "name"}),
        ("会员号GOLD99231的积分不见了", {"GOLD99231": "number"}),
        ("会员号GOLD99231积分没了", {"GOLD99231": "number"}),
        ("税号91310115MA1K3XYZ2P开错了", {"91310115MA1K3XYZ2P": "number"}),
        ("密码是abc12345，验证码 583920", {"abc12345": "number", "583920": "number"}),
        ("联系一下林女士和我弟弟王强", {"林": "name", "王强": "name"}),
        ("密码是6位数，验证码60秒内有效，一共走了13800000000步", {}),
        ("the frying PAN 2023 model; password was reset 3 times", {}),
    ],
)
def test_kinds_of_other_countries_and_what_opens_an_account(text: str, kinds: dict[str, str]) -> None:
    assert {text[each.start : each.end]: each.kind for each in mask(text).found} == kinds


@pytest.mark.parametrize(
    "text",
    [
        "My name is misspelled on the card.",
        "The name is confusing.",
        "the guest room was dirty",
        "Be patient with me, passenger seats are wet",
        "Passenger USB/HDMI sockets dead.",
        "客服小时候没教过礼貌吗",
        "The Parkplatz 5 sign was missing. Plaza Hotel 5 star, really?",
        "We took Via Rail 60 minutes late, and a 12 Place Setting set",
        "My wife Loves It, said the ad. My friend from Leeds agrees",
        "ref 2 69 05 49 588 157 81 of no form at all",
        "我叫外卖从来没超过半小时，我叫服务员，没人理",
        "我是上官网买的，联系人写错了，持卡人：本人，不是别人",
        "订单满99积分翻倍",
        "朋友小聚，环境不错",
        "@所有人 明天停水",
        "拨打400-123-4567转3，一直占线",
        "I rang 0800 555 1110 four times",
        "The page 192.168.0.1 never loads.",
        "I bought the Amelia dress and a Oliver boot",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask(text, language="en" if text.isascii() else "zh").text == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NHS 1 " + "1" * 30_000 + "a", ["1"]),
        ("我的密码是" * 20_000 + "123456", ["123456"]),
        ("password: " + "a" * 60_000 + "1", []),
    ],
)
def test_a_text_that_is_made_to_be_hard_to_read_is_read(text: str, found: list[str]) -> None:
    """Each takes a part of a second; with patterns that look again at every character from every other, hours."""
    assert [text[each.start : each.end] for each in mask(text).found if each.kind in ("id", "number")] == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("My name is Nguyễn Thị Minh Khai and I ordered two weeks ago", ["Nguyễn Thị Minh Khai"]),
        ("Please ask for Trần Văn Đức at the desk", ["Trần Văn Đức"]),
        ("Mr. van der Berg promised to call back", ["van der Berg"]),
        ("The account holder is Jean-Luc Moreau", ["Jean-Luc Moreau"]),
        ("Dear Ms. O'Neill, thank you for your reply", ["O'Neill"]),
        ("Thanks to Mrs Öztürk", ["Öztürk"]),
        ("您好，我姓欧阳，预订了今晚两位", ["欧阳"]),
        ("我叫迪丽娜尔·买买提，名字太长系统填不下", ["迪丽娜尔·买买提"]),
        ("Bought the bag at Charles & Keith, the strap has gone", []),
        ("Tom Ford sunglasses arrived scratched", []),
        ("Flight from Hồ Chí Minh City was late", []),
        ("Mr. in charge said the van de facto belongs to us", []),
        ("我姓什么你们都查不到", []),
    ],
)
def test_names_of_other_countries_are_found_and_brands_are_not(text: str, names: list[str]) -> None:
    assert [text[each.start : each.end] for each in mask(text).found if each.kind == "name"] == names


def test_a_chat_name_stands_behind_what_asks_to_be_added() -> None:
    assert mask("微信加我zhao_min88，谢谢").text == "微信加我[社交账号]，谢谢"
