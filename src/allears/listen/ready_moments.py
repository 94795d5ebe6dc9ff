"""More surveys to start from, by moment and industry. Each asks little: a score, where it went wrong, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from allears.listen.definition import (
    Choice,
    Choices,
    Condition,
    Contact,
    Definition,
    Ending,
    Mail,
    Matrix,
    Option,
    Question,
    Ranking,
    Rating,
    Score,
    Skip,
    Text,
    Words,
)

THANKS: Text = {
    "en": "Thank you. A person reads every answer; if something went wrong, we will see to it.",
    "zh": "谢谢您。每一条回答都有人认真阅读；如果哪里没做好，我们会跟进处理。",
}
INTRO: Text = {"en": "It takes about a minute.", "zh": "大约需要一分钟。"}
OTHER = ("other", "Something else", "其他")
NONE = ("none", "Nothing of these", "以上都不是")
ENDS: Mapping[str, tuple[Text, Text]] = {
    "nps": ({"en": "Not at all likely", "zh": "完全不可能"}, {"en": "Extremely likely", "zh": "非常可能"}),
    "csat": ({"en": "Very dissatisfied", "zh": "很不满意"}, {"en": "Very satisfied", "zh": "非常满意"}),
    "ces": ({"en": "Strongly disagree", "zh": "完全不同意"}, {"en": "Strongly agree", "zh": "完全同意"}),
}


def both(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


def options(*rows: tuple[str, str, str]) -> list[Option]:
    return [
        Option(
            value=value,
            text=both(en, zh),
            other=value == "other",
            alone=value == "none",
            fixed=value in ("other", "none"),
        )
        for value, en, zh in rows
    ]


def score(metric: Any, en: str, zh: str, **more: Any) -> Score:
    low, high = ENDS[metric]
    return Score(name=metric, metric=metric, text=both(en, zh), low=low, high=high, **more)


def when(name: str, op: Any, value: Any) -> Condition:
    return Condition(answer=name, op=op, value=value)


def why(main: str, worst: int, en: str, zh: str) -> list[Question]:
    """What went wrong, asked of those who were let down; what was good, of the rest."""
    return [
        Words(name="wrong", text=both(en, zh), show_if=when(main, "<=", worst)),
        Words(
            name="good",
            text=both("What did you like most?", "您最满意的是什么？"),
            show_if=when(main, ">", worst),
            placeholder=both("In your own words", "请随意写几句"),
        ),
    ]


def call_me(main: str, worst: int) -> list[Question]:
    """A call back, offered to those who were let down."""
    return [
        Choice(
            name="call_back",
            text=both("May we call you to put it right?", "可以打电话给您，把问题解决好吗？"),
            options=options(("yes", "Yes, please", "可以"), ("no", "No, thank you", "不用了")),
            show_if=when(main, "<=", worst),
        ),
        Contact(
            name="contact",
            text=both("How do we reach you?", "怎么联系您？"),
            fields=["name", "phone"],
            show_if=when("call_back", "=", "yes"),
        ),
    ]


def survey(title: Text, questions: Sequence[Question], *, subject: Text | None = None, **more: Any) -> Definition:
    mail = Mail(subject=subject or title, intro=more.pop("intro", INTRO))
    return Definition(
        languages=["en", "zh"],
        title=title,
        mail=mail,
        questions=list(questions),
        thanks=more.pop("thanks", THANKS),
        **more,
    )


def satisfied(en: str, zh: str) -> Score:
    return score("csat", en, zh)


STORE = survey(
    both("Your visit to our store", "您这次到店的体验"),
    [
        satisfied("How satisfied are you with your visit?", "您对这次到店满意吗？"),
        Choice(
            name="found",
            text=both("Did you find what you came for?", "您找到想买的东西了吗？"),
            options=options(("yes", "Yes", "找到了"), ("partly", "In part", "只找到一部分"), ("no", "No", "没有")),
        ),
        Words(
            name="sought",
            text=both("What were you looking for?", "您想找的是什么？"),
            show_if=when("found", "in", ["partly", "no"]),
            lines="one",
        ),
        Rating(name="staff", text=both("How helpful were our people?", "店员的帮助怎么样？")),
        *why("csat", 3, "What should we have done better?", "哪里可以做得更好？"),
    ],
)
DELIVERY = survey(
    both("How was your delivery?", "这次送货怎么样？"),
    [
        satisfied("How satisfied are you with the delivery?", "您对这次送货满意吗？"),
        Choices(
            name="issues",
            text=both("What was not right?", "哪些地方不对？"),
            show_if=when("csat", "<=", 3),
            shuffle=True,
            options=options(
                ("late", "It came late", "送晚了"), ("damaged", "It was damaged", "有破损"),
                ("missing", "Something was missing", "少东西"), ("courier", "The courier", "配送员的服务"),
                ("notice", "I was not told when", "没有提前告知时间"), OTHER,
            ),
        ),
        *why("csat", 3, "Tell us what happened.", "请说说发生了什么。"),
        *call_me("csat", 2),
    ],
)  # fmt: skip
CONTACT_CENTRE = survey(
    both("How did we handle your call?", "这次来电我们处理得怎么样？"),
    [
        score("ces", "“It was easy to get my matter handled.” Do you agree?", "“这次我的事情办得很省力。”您同意吗？"),
        Choice(
            name="solved",
            text=both("Is your matter settled?", "您的问题解决了吗？"),
            options=options(
                ("yes", "Yes", "解决了"), ("partly", "In part", "部分解决"), ("no", "No", "没有解决")
            ),
        ),
        Choice(
            name="times",
            text=both("How often did you have to contact us about it?", "这件事您一共联系了我们几次？"),
            options=options(("1", "Once", "一次"), ("2", "Twice", "两次"), ("3", "Three times or more", "三次以上")),
        ),
        Words(
            name="open_matter",
            text=both("What is still open?", "还有哪些没有解决？"),
            show_if=when("solved", "in", ["partly", "no"]),
        ),
        *call_me("ces", 3),
    ],
)  # fmt: skip
ONBOARDING = survey(
    both("Your first weeks with {company}", "您使用{company}的最初几周"),
    [
        score("ces", "“Getting started was easy.” Do you agree?", "“上手很容易。”您同意吗？"),
        Choice(
            name="goal",
            text=both("Have you reached what you came for?", "您当初想达到的目的，达到了吗？"),
            options=options(("yes", "Yes", "达到了"), ("soon", "Not yet, but soon", "快了"), ("no", "No", "没有")),
        ),
        Choices(
            name="hard",
            text=both("What was hard?", "哪些地方比较难？"),
            shuffle=True,
            options=options(
                ("setup", "Setting up", "初始设置"), ("data", "Bringing my data in", "导入数据"),
                ("learn", "Learning how it works", "学会使用"), ("team", "Bringing my team along", "让同事用起来"),
                ("help", "Getting help", "获得帮助"), OTHER, NONE,
            ),
        ),
        Words(name="wish", text=both("What should we make easier first?", "您最希望我们先简化哪一步？")),
    ],
)  # fmt: skip
CLAIM = survey(
    both("How was your claim settled?", "您的理赔办得怎么样？"),
    [
        satisfied("How satisfied are you with the way your claim was settled?", "您对这次理赔满意吗？"),
        Matrix(
            name="parts",
            text=both("How were these parts of it?", "下面几个方面怎么样？"),
            rows=options(
                ("told", "I knew what would happen next", "清楚下一步怎么办"),
                ("speed", "The time it took", "办理时间"),
                ("papers", "The papers you asked for", "需要提供的材料"),
                ("decision", "The reasons for the decision", "结论说明得清楚"),
                ("tone", "How we spoke with you", "沟通的态度"),
            ),
            columns=options(("1", "Poor", "不好"), ("2", "Fair", "一般"), ("3", "Good", "好")),
        ),
        *why("csat", 3, "What was the hardest part for you?", "哪个环节让您最为难？"),
        *call_me("csat", 2),
    ],
)  # fmt: skip
BANK = survey(
    both("Your visit to the bank", "您这次到网点办理业务"),
    [
        satisfied("How satisfied are you with your visit today?", "您对今天的服务满意吗？"),
        Choice(
            name="waited",
            text=both("How long did you wait?", "您等了多久？"),
            options=options(
                ("5", "Up to 5 minutes", "5 分钟以内"), ("15", "Up to 15 minutes", "15 分钟以内"),
                ("30", "Up to half an hour", "半小时以内"), ("more", "Longer", "更久"),
            ),
        ),
        Choice(
            name="online",
            text=both("Would you rather have done it online?", "这项业务您更想在网上办吗？"),
            options=options(
                ("yes", "Yes", "想"), ("no", "No", "不想"),
                ("tried", "I tried, and could not", "试过，没办成"),
            ),
        ),
        Words(
            name="tried",
            text=both("Where did you get stuck online?", "网上办理时卡在了哪一步？"),
            show_if=when("online", "=", "tried"),
        ),
        *why("csat", 3, "What should we do better?", "我们该怎么改进？"),
    ],
)  # fmt: skip
HOTEL = survey(
    both("Your stay with us", "您这次入住的体验"),
    [
        score("nps", "How likely are you to recommend us to a friend?", "您有多大可能把我们推荐给朋友？"),
        Matrix(
            name="parts",
            text=both("How was your stay?", "各方面怎么样？"),
            shuffle=True,
            rows=options(
                ("arrival", "Arrival", "入住办理"), ("room", "The room", "房间"), ("clean", "Cleanliness", "清洁"),
                ("breakfast", "Breakfast", "早餐"), ("people", "Our people", "员工服务"),
                ("quiet", "Quiet at night", "夜间安静"),
            ),
            columns=options(
                ("1", "Poor", "不好"), ("2", "Fair", "一般"),
                ("3", "Good", "好"), ("na", "Not used", "没用到"),
            ),
        ),
        *why("nps", 6, "What spoilt your stay?", "哪里让您失望了？"),
    ],
)  # fmt: skip
RESTAURANT = survey(
    both("How was your meal?", "这顿饭吃得怎么样？"),
    [
        satisfied("How satisfied are you with your visit?", "您对这次用餐满意吗？"),
        Rating(name="food", text=both("The food", "菜品")),
        Rating(name="service", text=both("The service", "服务")),
        Rating(name="speed", text=both("The wait", "上菜速度"), style="emoji"),
        *why("csat", 3, "What was not right?", "哪里不满意？"),
    ],
)
CLINIC = survey(
    both("Your visit to our clinic", "您这次就诊的体验"),
    [
        satisfied("How satisfied are you with your visit?", "您对这次就诊满意吗？"),
        Matrix(
            name="parts",
            text=both("Do you agree?", "您同意下面的说法吗？"),
            rows=options(
                ("listened", "I was listened to", "医生认真听我说"),
                ("explained", "Everything was explained", "病情解释得清楚"),
                ("next", "I know what to do next", "我知道接下来该怎么做"),
                ("private", "My privacy was kept", "隐私得到保护"),
            ),
            columns=options(("no", "No", "不同意"), ("partly", "In part", "部分同意"), ("yes", "Yes", "同意")),
        ),
        *why("csat", 3, "What should we do better?", "我们该怎么改进？"),
        *call_me("csat", 2),
    ],
)  # fmt: skip
REPAIR = survey(
    both("How was the repair?", "这次上门维修怎么样？"),
    [
        Choice(
            name="works",
            text=both("Does it work again?", "现在能正常使用了吗？"),
            options=options(("yes", "Yes", "能"), ("no", "No", "不能")),
            required=True,
        ),
        satisfied("How satisfied are you with the visit?", "您对这次上门满意吗？"),
        Choice(
            name="time",
            text=both("Did our engineer come at the agreed time?", "工程师按约定时间到了吗？"),
            options=options(("yes", "Yes", "准时"), ("late", "Late", "晚到"), ("not", "Did not come", "没来")),
        ),
        *why("csat", 3, "What went wrong?", "哪里没做好？"),
        Contact(
            name="contact",
            text=both("Then we come again. When we call, who do we ask for?", "那我们再来一次。请留下联系方式。"),
            fields=["name", "phone"],
            show_if=when("works", "=", "no"),
        ),
    ],
)
LEAVING = survey(
    both("Sorry to see you go", "很遗憾您要离开"),
    [
        Choice(
            name="reason",
            text=both("What is the main reason?", "主要原因是什么？"),
            shuffle=True,
            required=True,
            options=options(
                ("price", "The price", "价格"), ("missing", "Something is missing", "功能或商品不够"),
                ("quality", "The quality", "质量"), ("service", "The service", "服务"),
                ("need", "I no longer need it", "不再需要"),
                ("rival", "I found something better", "有更好的选择"), OTHER,
            ),
        ),
        Words(
            name="rival",
            text=both("What do they do better?", "他们哪里做得更好？"),
            show_if=when("reason", "=", "rival"),
        ),
        Words(name="missing", text=both("What is missing?", "缺少什么？"), show_if=when("reason", "=", "missing")),
        Words(
            name="stay",
            text=both(
                "You said: {{answer.reason}}. What would have kept you?",
                "您选择了“{{answer.reason}}”。我们怎么做您才会留下？",
            ),
            show_if=Condition(not_=when("reason", "=", "need")),
        ),
        score(
            "nps", "How likely are you to recommend {company} all the same?",
            "即便如此，您有多大可能推荐{company}？", required=False,
        ),
    ],
)  # fmt: skip
COURSE = survey(
    both("How was the course?", "这门课怎么样？"),
    [
        score("nps", "How likely are you to recommend this course?", "您有多大可能推荐这门课？"),
        Rating(name="clear", text=both("How clear was the teaching?", "讲得清楚吗？")),
        Rating(name="useful", text=both("How useful is it for you?", "对您有用吗？")),
        Choice(
            name="pace",
            text=both("The pace was…", "节奏……"),
            options=options(
                ("slow", "Too slow", "太慢"), ("right", "Just right", "正好"), ("fast", "Too fast", "太快")
            ),
        ),
        Words(name="change", text=both("What should we change?", "您希望改进什么？")),
    ],
)
ANNUAL = survey(
    both("One year with {company}", "与{company}同行的一年"),
    [
        Choice(
            name="still",
            text=both("Have you dealt with us in the past twelve months?", "过去十二个月里，您和我们打过交道吗？"),
            options=options(("yes", "Yes", "有"), ("no", "No", "没有")),
            required=True,
            skips=[Skip(when=when("still", "=", "no"), to="end:not_lately")],
        ),
        score(
            "nps", "How likely are you to recommend {company} to a friend or colleague?",
            "您有多大可能把{company}推荐给朋友或同事？", begins_page=True,
        ),
        Matrix(
            name="moments",
            text=both("How satisfied are you with these?", "您对这些方面满意吗？"),
            begins_page=True,
            shuffle=True,
            rows=options(
                ("products", "What you buy from us", "产品"), ("advice", "Advice before you buy", "购买前的咨询"),
                ("delivery", "Delivery", "交付"), ("bill", "Bills and payment", "账单与付款"),
                ("help", "Help when something is wrong", "出问题时的帮助"),
                ("online", "Our site and app", "网站和应用"),
            ),
            columns=options(
                ("1", "Very dissatisfied", "很不满意"), ("2", "Dissatisfied", "不满意"), ("3", "In between", "一般"),
                ("4", "Satisfied", "满意"), ("5", "Very satisfied", "非常满意"), ("na", "Not used", "没用过"),
            ),
        ),
        Ranking(
            name="matters",
            text=both("What matters most to you?", "您最看重什么？"),
            begins_page=True,
            shuffle=True,
            options=options(
                ("price", "Price", "价格"), ("quality", "Quality", "质量"), ("speed", "Speed", "速度"),
                ("people", "People who care", "服务人员用心"),
            ),
        ),
        Words(
            name="lost",
            text=both("Where did we let you down?", "我们在哪里让您失望了？"),
            begins_page=True,
            show_if=when("nps", "<=", 6),
        ),
        Words(name="won", text=both(
            "What should we never change?",
            "哪一点我们千万不要变？"), show_if=when("nps", ">=", 9),
        ),
        Words(name="wish", text=both("Your one wish for next year?", "对来年，您的一个愿望？")),
    ],
    layout="steps",
    endings=[
        Ending(
            name="not_lately",
            screened=True,
            text=both(
                "Thank you. We ask about the past year, so we leave you in peace.",
                "谢谢您。这次只问过去一年的体验，就不多打扰了。",
            ),
        )
    ],
)  # fmt: skip
WEBSITE = survey(
    both("Was our site any help?", "我们的网站帮到您了吗？"),
    [
        Choice(
            name="done",
            text=both("Could you do what you came for?", "您想办的事办成了吗？"),
            options=options(("yes", "Yes", "办成了"), ("partly", "In part", "部分"), ("no", "No", "没有")),
            required=True,
        ),
        Words(
            name="came_for",
            text=both("What did you want to do?", "您原本想办什么？"),
            show_if=when("done", "in", ["partly", "no"]),
        ),
        score("ces", "“The site made it easy.” Do you agree?", "“用这个网站很省力。”您同意吗？"),
    ],
)

Row = tuple[str, str, str, str, Definition]  # key, English name, Chinese name, family
ROWS: Sequence[Row] = (
    ("store-visit", "Retail: a store visit", "零售：到店", "csat", STORE),
    ("delivery", "Online shop: after delivery", "电商：送达之后", "csat", DELIVERY),
    ("contact-centre", "Any: after a call or chat", "通用：客服来电之后", "ces", CONTACT_CENTRE),
    ("onboarding", "Software: the first weeks", "软件：最初几周", "ces", ONBOARDING),
    ("claim", "Insurance: a settled claim", "保险：理赔结案", "csat", CLAIM),
    ("bank-visit", "Bank: a branch visit", "银行：网点办理", "csat", BANK),
    ("hotel-stay", "Hotel: after a stay", "酒店：离店之后", "nps", HOTEL),
    ("restaurant", "Restaurant: after a meal", "餐饮：用餐之后", "csat", RESTAURANT),
    ("clinic-visit", "Health: a clinic visit", "医疗：就诊之后", "csat", CLINIC),
    ("repair", "Field service: after a repair", "上门服务：维修之后", "csat", REPAIR),
    ("leaving", "Any: when a customer leaves", "通用：客户离开时", "leaving", LEAVING),
    ("course", "Education: after a course", "教育：课程结束", "nps", COURSE),
    ("annual", "Any: the annual study", "通用：年度满意度研究", "nps", ANNUAL),
    ("website", "Web: help on our site", "网站：自助办理", "ces", WEBSITE),
)
