"""Journeys to start from: the touchpoints that companies of one kind usually have."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class TouchpointPlan:
    """One touchpoint as it would be created."""

    key: str
    name: str
    name_zh: str
    stage: str
    channel: str
    event_names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class JourneyTemplate:
    key: str
    title: Promise
    touchpoints: tuple[TouchpointPlan, ...]


def _plan(key: str, name: str, name_zh: str, stage: str, channel: str, *event_names: str) -> TouchpointPlan:
    return TouchpointPlan(
        key=key, name=name, name_zh=name_zh, stage=stage, channel=channel, event_names=tuple(event_names)
    )


RETAIL_DELIVERY = JourneyTemplate(
    key="retail-delivery",
    title=_("Retail with delivery"),
    touchpoints=(
        _plan("browse", "Browsing the shop", "逛网店", "discover", "web", "product_viewed", "search_done"),
        _plan("store", "Visiting a store", "到店", "discover", "store", "store_visited"),
        _plan("order", "Placing an order", "下单", "buy", "app", "order_placed"),
        _plan("payment", "Paying", "支付", "buy", "app", "payment_completed", "payment_failed"),
        _plan("delivery", "Delivery", "送货", "receive", "home", "order_delivered"),
        _plan("installation", "Installation", "上门安装", "receive", "home", "installation_done"),
        _plan("app", "Using the app", "使用 App", "use", "app", "app_session_ended"),
        _plan("call", "Calling service", "致电客服", "get_help", "phone", "call_ended"),
        _plan("chat", "Chatting with service", "在线客服", "get_help", "chat", "chat_ended"),
        _plan("repair", "Repair visit", "上门维修", "get_help", "home", "repair_done"),
        _plan("return", "Returning an item", "退换货", "return", "post", "return_settled"),
        _plan("bill", "Bill and refund", "账单与退款", "stay", "email", "bill_issued", "refund_paid"),
        _plan("membership", "Membership", "会员服务", "stay", "app", "points_redeemed", "tier_reached"),
    ),
)
SERVICE_POLICY = JourneyTemplate(
    key="insurance",
    title=_("Insurance and contracts"),
    touchpoints=(
        _plan("quote", "Getting a quote", "询价", "discover", "web", "quote_given"),
        _plan("advice", "Advice", "顾问咨询", "discover", "phone", "advice_given"),
        _plan("contract", "Signing the contract", "签约", "buy", "app", "contract_signed"),
        _plan("welcome", "Welcome", "新客欢迎", "receive", "email", "welcome_sent"),
        _plan("change", "Change of details", "资料变更", "use", "app", "details_changed"),
        _plan("claim", "Claim", "理赔", "get_help", "app", "claim_settled"),
        _plan("call", "Calling service", "致电客服", "get_help", "phone", "call_ended"),
        _plan("bill", "Bill", "账单", "stay", "email", "bill_issued"),
        _plan("renewal", "Renewal", "续约", "stay", "email", "contract_renewed"),
    ),
)
TEMPLATES: Mapping[str, JourneyTemplate] = {each.key: each for each in (RETAIL_DELIVERY, SERVICE_POLICY)}
