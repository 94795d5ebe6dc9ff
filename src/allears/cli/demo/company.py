"""Wrenfold Home (鹪巢家居), an invented retailer that delivers and installs: its people, goods and rules."""

from collections.abc import Mapping
from dataclasses import dataclass

SLUG = "wrenfold"
NAME = "Wrenfold Home 鹪巢家居"
TIMEZONE = "Asia/Shanghai"
DOMAIN = "wrenfold.example"
SUCCESS = (
    "A customer succeeds when the room looks as they imagined, on the day we promised, without asking us twice.\n"
    "客户的成功：在我们承诺的那一天，家里就是想象中的样子，而且不必为同一件事找我们第二次。"
)


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A member of the workspace."""

    key: str
    name: str
    role: str  # admin, manager, agent
    job: str

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


COLLEAGUES = (
    Colleague(key="lin.yue", name="林悦 Lin Yue", role="admin", job="CX manager"),
    Colleague(key="chen.guodong", name="陈国栋 Chen Guodong", role="manager", job="delivery supervisor"),
    Colleague(key="emily.carter", name="Emily Carter 艾米莉", role="manager", job="digital supervisor"),
    Colleague(key="zhou.min", name="周敏 Zhou Min", role="agent", job="service, frontline"),
    Colleague(key="marco.bellini", name="Marco Bellini 马可", role="agent", job="service, frontline"),
    Colleague(key="zhao.yining", name="赵一宁 Zhao Yining", role="manager", job="executive"),
)
OWNERS: Mapping[str, str] = {  # touchpoint → colleague
    "browse": "emily.carter",
    "store": "zhao.yining",
    "order": "emily.carter",
    "payment": "emily.carter",
    "delivery": "chen.guodong",
    "installation": "chen.guodong",
    "app": "emily.carter",
    "call": "zhou.min",
    "chat": "marco.bellini",
    "repair": "chen.guodong",
    "return": "zhou.min",
    "bill": "marco.bellini",
    "membership": "lin.yue",
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something they sell; large ones are installed."""

    name: str
    name_zh: str
    price: int
    large: bool = False

    def name_in(self, language: str) -> str:
        return self.name_zh if language == "zh" else self.name


ITEMS = (
    Item(name="wardrobe", name_zh="衣柜", price=2399, large=True),
    Item(name="bookcase", name_zh="书柜", price=899, large=True),
    Item(name="dishwasher", name_zh="洗碗机", price=3199, large=True),
    Item(name="washing machine", name_zh="洗衣机", price=2799, large=True),
    Item(name="bed frame", name_zh="床架", price=1899, large=True),
    Item(name="sofa", name_zh="沙发", price=4299, large=True),
    Item(name="range hood", name_zh="油烟机", price=1699, large=True),
    Item(name="ceiling lamp", name_zh="吸顶灯", price=459, large=True),
    Item(name="desk lamp", name_zh="台灯", price=129),
    Item(name="kettle", name_zh="电水壶", price=159),
    Item(name="rug", name_zh="地毯", price=399),
    Item(name="mirror", name_zh="镜子", price=259),
    Item(name="duvet", name_zh="被子", price=349),
    Item(name="coffee grinder", name_zh="咖啡磨豆机", price=299),
    Item(name="air fryer", name_zh="空气炸锅", price=429),
    Item(name="saucepan", name_zh="奶锅", price=119),
    Item(name="storage box", name_zh="收纳箱", price=79),
    Item(name="plant stand", name_zh="花架", price=149),
    Item(name="office chair", name_zh="办公椅", price=799),
    Item(name="wall clock", name_zh="挂钟", price=99),
)


@dataclass(frozen=True, kw_only=True)
class ProbePlan:
    """Whom they ask, when, with which survey."""

    key: str
    name: str
    touchpoint: str
    event: str
    metric: str  # the survey asked: nps, csat, ces
    delay_hours: float = 0.0
    share: float = 1.0


PROBES = (
    ProbePlan(
        key="delivered", name="After delivery · 送货后", touchpoint="delivery", event="order_delivered", metric="nps"
    ),
    ProbePlan(
        key="installed",
        name="After installation · 安装后",
        touchpoint="installation",
        event="installation_done",
        metric="csat",
    ),
    ProbePlan(key="call-ended", name="After a call · 通话后", touchpoint="call", event="call_ended", metric="ces"),
    ProbePlan(key="chat-ended", name="After a chat · 在线咨询后", touchpoint="chat", event="chat_ended", metric="csat"),
    ProbePlan(
        key="return-settled",
        name="After a return · 退换货后",
        touchpoint="return",
        event="return_settled",
        metric="ces",
    ),
    ProbePlan(key="repaired", name="After a repair · 维修后", touchpoint="repair", event="repair_done", metric="nps"),
    ProbePlan(
        key="store-visit",
        name="After a store visit · 到店后",
        touchpoint="store",
        event="store_visited",
        metric="nps",
    ),
    ProbePlan(
        key="order-placed",
        name="One in two orders · 下单后抽半",
        touchpoint="order",
        event="order_placed",
        metric="csat",
        share=0.5,
    ),
    ProbePlan(
        key="app-session",
        name="One in two app sessions · App 使用后抽半",
        touchpoint="app",
        event="app_session_ended",
        metric="csat",
        share=0.5,
    ),
    ProbePlan(
        key="points-redeemed",
        name="After redeeming points · 积分兑换后",
        touchpoint="membership",
        event="points_redeemed",
        metric="nps",
    ),
    ProbePlan(key="refund-paid", name="After a refund · 退款后", touchpoint="bill", event="refund_paid", metric="csat"),
)
PROBE_OF_EVENT: Mapping[str, ProbePlan] = {probe.event: probe for probe in PROBES}
METRICS = ("nps", "csat", "ces")

CAUSES = (  # key, English, Chinese
    ("late", "Delivered late", "送货延误"),
    ("damaged", "Damaged on the way", "运输损坏"),
    ("wrong-item", "Wrong or missing item", "错发漏发"),
    ("fitting", "Poor installation", "安装不当"),
    ("wait", "Waited too long for service", "等待过久"),
    ("not-solved", "Not solved at first contact", "首次未解决"),
    ("app-fault", "Fault in app or site", "网站或 App 故障"),
    ("charge", "Wrong charge or slow refund", "扣款错误或退款慢"),
    ("product", "Product fault", "产品缺陷"),
    ("rules", "Rules nobody understands", "规则难懂"),
)
CAUSES_OF: Mapping[str, tuple[str, ...]] = {  # touchpoint → causes its cases are closed with
    "browse": ("app-fault", "rules"),
    "store": ("wait", "rules"),
    "order": ("app-fault", "rules"),
    "payment": ("charge", "app-fault"),
    "delivery": ("late", "late", "damaged", "wrong-item"),
    "installation": ("fitting", "fitting", "wrong-item"),
    "app": ("app-fault",),
    "call": ("wait", "not-solved"),
    "chat": ("wait", "not-solved"),
    "repair": ("product", "not-solved"),
    "return": ("charge", "rules"),
    "bill": ("charge",),
    "membership": ("rules", "app-fault"),
}
PROMISES = {"urgent": (60, 480), "high": (120, 960), "normal": (240, 1920), "low": (480, 3840)}  # business minutes
SHIFTS = {day: [["09:00", "12:30"], ["13:30", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
