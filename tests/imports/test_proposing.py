"""Mappings proposed for tables as companies and researchers publish them, in both languages."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from allears.events.imports.actions import Prepared
from tests.imports.conftest import Importer

Cell = Callable[[random.Random, int], str]
PRAISE_ZH = [
    "很好吃，送得也快，推荐！",
    "不错，味道很好，服务热情",
    "环境干净，非常满意，下次还来",
    "物流很快，喜欢，值得购买",
]
BLAME_ZH = [
    "太差了，等了两个小时，失望",
    "难吃，态度很差，不会再来了",
    "质量垃圾，后悔买了，要退货",
    "送餐慢，菜都凉了，投诉",
]
PRAISE_EN = ["Great service, I love this place, thank you", "Excellent and friendly, would recommend to all"]
BLAME_EN = ["Terrible experience, rude staff, never again", "Worst flight ever, delayed and nobody cared at all"]


def pick(*values: str) -> Cell:
    return lambda rng, row: rng.choice(values)


def zh(rng: random.Random, row: int) -> str:
    return f"{rng.choice(PRAISE_ZH + BLAME_ZH)}（第{row}单）"


def en(rng: random.Random, row: int) -> str:
    return f"{rng.choice(PRAISE_EN + BLAME_EN)} ({row})"


def felt(labels: dict[str, list[str]]) -> tuple[Cell, Cell]:
    """A mark and a text that fits it."""

    def mark(rng: random.Random, row: int) -> str:
        return list(labels)[row % len(labels)]

    def text(rng: random.Random, row: int) -> str:
        return f"{rng.choice(labels[list(labels)[row % len(labels)]])} {row}"

    return mark, text


def number(low: int, high: int) -> Cell:
    return lambda rng, row: str(rng.randint(low, high))


def unique(prefix: str = "", start: int = 48_211_003, step: int = 7) -> Cell:
    return lambda rng, row: f"{prefix}{start + row * step}"


def index(rng: random.Random, row: int) -> str:
    return str(row)


def when(form: str) -> Cell:
    def cell(rng: random.Random, row: int) -> str:
        moment = datetime(2024, 1, 3, 9, 5) + timedelta(hours=7 * row)  # noqa: DTZ001 – as files write it
        if form == "s":
            return str(int(moment.timestamp()))
        if form == "ms":
            return str(int(moment.timestamp() * 1000))
        if form == "zh":
            return f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour:02}:{moment.minute:02}"
        return moment.strftime(form)

    return cell


def some(cell: Cell, share: float) -> Cell:
    return lambda rng, row: cell(rng, row) if rng.random() < share else ""


def table(columns: Sequence[tuple[str, Cell]], rows: int = 120, *, header: bool = True) -> str:
    rng, text = random.Random(7), io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(name for name, _cell in columns)
    writer.writerows([cell(rng, row) for _name, cell in columns] for row in range(1, rows + 1))
    return text.getvalue()


MOOD_ZH, MOOD_ZH_TEXT = felt({"1": PRAISE_ZH, "0": BLAME_ZH})
MOOD_TURNED, MOOD_TURNED_TEXT = felt({"1": BLAME_EN, "2": PRAISE_EN})
DAY = "%Y-%m-%d %H:%M:%S"

# name, kind, columns, expected mapping: field → column, or =value
CASES: list[tuple[str, str, list[tuple[str, Cell]], dict[str, str]]] = [
    (
        "takeaway_10k.csv",
        "voices",
        [("label", MOOD_ZH), ("review", MOOD_ZH_TEXT)],
        {"text": "review", "sentiment": "label", "source_kind": "=review"},
    ),
    (
        "shopping_10_cats.csv",
        "voices",
        [("cat", pick("书籍", "平板", "水果")), ("label", MOOD_ZH), ("review", MOOD_ZH_TEXT)],
        {"text": "review", "sentiment": "label", "source_kind": "=review"},
    ),
    (
        "weibo_senti_100k.csv",
        "voices",
        [("label", MOOD_ZH), ("review", MOOD_ZH_TEXT)],
        {"text": "review", "sentiment": "label", "source_kind": "=social"},
    ),
    (
        "simplifyweibo_4_moods.csv",
        "voices",
        [("label", number(0, 3)), ("review", zh)],
        {"text": "review", "source_kind": "=social"},
    ),
    (
        "dmsc.csv",
        "voices",
        [
            ("ID", index),
            ("Movie_Name_EN", pick("Zootopia")),
            ("Movie_Name_CN", pick("疯狂动物城", "长城")),
            ("Crawl_Date", when("%Y-%m-%d")),
            ("Number", number(1, 900)),
            ("Username", unique("u")),
            ("Date", when("%Y-%m-%d")),
            ("Star", number(1, 5)),
            ("Comment", zh),
            ("Like", number(0, 3000)),
        ],
        {"text": "Comment", "score": "Star", "said_at": "Date", "user_id": "Username", "source_kind": "=review"},
    ),
    (
        "ratings.csv",
        "responses",
        [
            ("userId", number(1, 60)),
            ("restId", number(1, 30)),
            ("rating", number(1, 5)),
            ("rating_env", number(1, 5)),
            ("rating_flavor", number(1, 5)),
            ("rating_service", number(1, 5)),
            ("timestamp", when("ms")),
            ("comment", zh),
        ],
        {"text": "comment", "score": "rating", "said_at": "timestamp", "user_id": "userId"},
    ),
    (
        "群众留言.csv",
        "voices",
        [
            ("留言编号", unique("", 191951, 13)),
            ("留言用户", unique("A000")),
            ("留言主题", pick("A市西湖建筑集团占道施工有安全隐患", "B小区物业乱收费")),
            ("留言时间", when("%Y/%m/%d %H:%M:%S")),
            ("留言详情", zh),
            ("一级标签", pick("城乡建设", "环境保护", "教育文体")),
        ],
        {
            "id": "留言编号",
            "user_id": "留言用户",
            "title": "留言主题",
            "said_at": "留言时间",
            "text": "留言详情",
            "source_kind": "=request",
        },
    ),
    (
        "complaints.csv",
        "voices",
        [
            ("Date received", when("%m/%d/%Y")),
            ("Product", pick("Mortgage", "Credit card", "Debt collection")),
            ("Sub-product", pick("FHA mortgage", "")),
            ("Issue", pick("Loan servicing, payments, escrow account", "Billing disputes")),
            ("Consumer complaint narrative", some(en, 0.4)),
            ("Company public response", pick("", "Company chooses not to respond")),
            ("Company", pick("Bank A", "Bank B")),
            ("State", pick("CA", "NY")),
            ("ZIP code", pick("91752", "10001")),
            ("Submitted via", pick("Web", "Phone", "Referral")),
            ("Date sent to company", when("%m/%d/%Y")),
            ("Company response to consumer", pick("Closed with explanation", "Closed")),
            ("Timely response?", pick("Yes", "No")),
            ("Consumer disputed?", pick("Yes", "No")),
            ("Complaint ID", unique()),
        ],
        {
            "text": "Consumer complaint narrative",
            "title": "Issue",
            "said_at": "Date received",
            "touchpoint": "Product",
            "channel": "Submitted via",
            "id": "Complaint ID",
            "source_kind": "=complaint",
        },
    ),
    (
        "banking77.csv",
        "voices",
        [
            ("text", lambda r, n: f"Why is my card payment {n} still pending, please help?"),
            ("category", pick("card_arrival", "pending_payment", "lost_card")),
        ],
        {"text": "text", "source_kind": "=request"},
    ),
    (
        "play_store.csv",
        "voices",
        [
            ("reviewId", unique("gp:AOq")),
            ("userName", pick("Ann Lee", "Bob Ray", "Cy Young")),
            ("userImage", unique("https://img/")),
            ("content", en),
            ("score", number(1, 5)),
            ("thumbsUpCount", number(0, 40)),
            ("reviewCreatedVersion", pick("4.2.1", "4.3")),
            ("at", when(DAY)),
            ("replyContent", some(en, 0.3)),
            ("repliedAt", some(when(DAY), 0.3)),
        ],
        {"text": "content", "score": "score", "said_at": "at", "id": "reviewId", "source_kind": "=review"},
    ),
    (
        "fine_food_reviews.csv",
        "responses",
        [
            ("Id", index),
            ("ProductId", unique("B00")),
            ("UserId", unique("A3SG")),
            ("ProfileName", pick("delmartian", "dll pa")),
            ("HelpfulnessNumerator", number(0, 3)),
            ("HelpfulnessDenominator", number(0, 3)),
            ("Score", number(1, 5)),
            ("Time", when("s")),
            ("Summary", pick("Good Quality Dog Food", "Not as Advertised at all")),
            ("Text", en),
        ],
        {"text": "Text", "title": "Summary", "score": "Score", "said_at": "Time", "user_id": "UserId"},
    ),
    (
        "clothing.csv",
        "voices",
        [
            ("", index),
            ("Clothing ID", number(700, 1100)),
            ("Age", number(20, 80)),
            ("Title", some(pick("Some major design flaws", "My favourite buy"), 0.8)),
            ("Review Text", en),
            ("Rating", number(1, 5)),
            ("Recommended IND", number(0, 1)),
            ("Positive Feedback Count", number(0, 20)),
            ("Department Name", pick("Tops", "Dresses")),
        ],
        {
            "text": "Review Text",
            "title": "Title",
            "score": "Rating",
            "source_kind": "=review",
            "touchpoint": "Department Name",
        },
    ),
    (
        "wjx.csv",
        "responses",
        [
            ("序号", index),
            ("提交答卷时间", when("%Y/%m/%d %H:%M:%S")),
            ("所用时间", lambda r, n: f"{r.randint(20, 300)}秒"),
            ("来源", pick("微信", "链接")),
            ("来自IP", unique("10.1.")),
            ("1、您有多大可能向朋友推荐我们？", number(0, 10)),
            ("2、请说明打分的原因", zh),
        ],
        {
            "score": "1、您有多大可能向朋友推荐我们？",
            "text": "2、请说明打分的原因",
            "said_at": "提交答卷时间",
            "channel": "来源",
        },
    ),
    (
        "surveymonkey.csv",
        "responses",
        [
            ("Respondent ID", unique()),
            ("Collector ID", pick("100")),
            ("Start Date", when("%m/%d/%Y %I:%M:%S %p")),
            ("End Date", when("%m/%d/%Y %I:%M:%S %p")),
            ("Email Address", lambda r, n: f"p{n}@example.test"),
            ("How likely is it that you would recommend us to a friend or colleague?", number(0, 10)),
            ("What could we improve?", some(en, 0.6)),
        ],
        {
            "score": "How likely is it that you would recommend us to a friend or colleague?",
            "text": "What could we improve?",
            "said_at": "End Date",
            "email": "Email Address",
            "id": "Respondent ID",
        },
    ),
    (
        "telecom_satisfaction.csv",
        "responses",
        [
            ("客户编号", unique("C")),
            ("手机号码", lambda r, n: f"138{r.randint(10000000, 99999999)}"),
            ("调查时间", when("zh")),
            ("总体满意度", number(1, 10)),
            ("网络质量满意度", number(1, 10)),
            ("客户等级", pick("金卡", "银卡")),
            ("意见建议", some(zh, 0.5)),
        ],
        {
            "score": "总体满意度",
            "said_at": "调查时间",
            "user_id": "客户编号",
            "phone": "手机号码",
            "segment": "客户等级",
            "text": "意见建议",
        },
    ),
    (
        "外卖评价.csv",
        "responses",
        [
            ("订单号", unique()),
            ("评价时间", when("%Y-%m-%d %H:%M")),
            ("门店名称", pick("朝阳店", "海淀店", "通州店")),
            ("配送评分", number(1, 5)),
            ("口味评分", number(1, 5)),
            ("总体评分", number(1, 5)),
            ("评价内容", zh),
        ],
        {"score": "总体评分", "text": "评价内容", "said_at": "评价时间", "touchpoint": "门店名称"},
    ),
    (
        "satisfaction_words.csv",
        "responses",
        [("用户ID", unique("U")), ("满意度", pick("非常满意", "满意", "一般", "不满意", "非常不满意")), ("反馈", zh)],
        {"score": "满意度", "text": "反馈", "user_id": "用户ID"},
    ),
    (
        "effort.csv",
        "responses",
        [
            ("respondent", unique("r")),
            ("It was easy to solve my issue (1-7)", number(1, 7)),
            ("comment", en),
            ("submitted_at", when("%Y-%m-%dT%H:%M:%SZ")),
        ],
        {"score": "It was easy to solve my issue (1-7)", "text": "comment", "said_at": "submitted_at"},
    ),
    (
        "polarity.csv",
        "voices",
        [("class", MOOD_TURNED), ("comment", MOOD_TURNED_TEXT)],
        {"text": "comment", "sentiment": "class"},
    ),
    (
        "crm.csv",
        "customers",
        [
            ("Customer No.", unique("K")),
            ("E-Mail", lambda r, n: f"p{n}@example.test"),
            ("Mobile", lambda r, n: f"+86 138 0000 {n:04}"),
            ("Full Name", pick("Ann Lee", "Bo Ek")),
            ("Lang", pick("en", "zh")),
            ("Tier", pick("gold", "basic")),
            ("Newsletter", pick("yes", "no")),
        ],
        {
            "user_id": "Customer No.",
            "email": "E-Mail",
            "phone": "Mobile",
            "name": "Full Name",
            "language": "Lang",
            "segment": "Tier",
            "consent_email": "Newsletter",
        },
    ),
    (
        "会员.csv",
        "customers",
        [
            ("会员号", unique("V")),
            ("姓名", pick("张三", "李四")),
            ("手机号", lambda r, n: f"139{r.randint(10000000, 99999999)}"),
            ("邮箱", lambda r, n: f"m{n}@example.test"),
            ("会员等级", pick("金卡", "银卡")),
            ("是否同意调研", pick("是", "否")),
        ],
        {
            "user_id": "会员号",
            "name": "姓名",
            "phone": "手机号",
            "email": "邮箱",
            "segment": "会员等级",
            "consent_survey": "是否同意调研",
        },
    ),
    (
        "clicks.csv",
        "events",
        [
            ("event_id", unique("e")),
            ("event_name", pick("page_viewed", "order_placed")),
            ("user_id", number(1, 40)),
            ("event_time", when("s")),
            ("amount", number(1, 90)),
        ],
        {"id": "event_id", "event_name": "event_name", "user_id": "user_id", "ts": "event_time"},
    ),
    (
        "行为日志.csv",
        "events",
        [("用户编号", number(1, 30)), ("行为", pick("浏览", "下单", "支付")), ("时间", when("zh"))],
        {"event_name": "行为", "user_id": "用户编号", "ts": "时间"},
    ),
]


def said(prepared: Prepared) -> dict[str, str]:
    """The mapping as field → column or =value, without what the test does not ask for."""
    return {
        name: each.column or (f"={each.value}" if each.value is not None else "")
        for name, each in prepared.mapping.fields.items()
        if each.column or each.value is not None
    }


@pytest.mark.parametrize(("name", "kind", "columns", "expected"), CASES, ids=[case[0] for case in CASES])
def test_columns_are_recognised(
    importer: Importer, name: str, kind: str, columns: list[tuple[str, Cell]], expected: dict[str, str]
) -> None:
    prepared = importer.prepare(importer.file(name, table(columns)), kind)
    found = said(prepared)
    if "source_kind" not in expected:
        found.pop("source_kind", None)
    if "event_name" not in expected:
        found.pop("event_name", None)
    assert found == expected


def test_what_was_said_goes_before_a_remark_in_a_short_table(importer: Importer) -> None:
    rows = [
        "客户手机,客户说了什么？（原话）,回访日期,备注",
        "13800138000,师傅很专业，谢谢,2026-09-03,",
        "13900139000,还行吧,2026-09-04,回头客",
        "13700137000,等了三个小时没人管！！,2026-09-05,",
        "13600136000,送错了颜色,2026-09-06,",
        "13500135000,,2026-09-08,拒访",
    ]
    prepared = importer.prepare(importer.file("回访.csv", "\n".join(rows).encode()), "voices")
    assert said(prepared)["text"] == "客户说了什么？（原话）"
