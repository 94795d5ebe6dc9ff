"""Beginnings of replies in both languages. Whoever writes chooses one and makes it their own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allears.respond.models import Case

LABELS: Mapping[str, str | Promise] = {
    "apology": _("Apology"),
    "acknowledgement": _("Acknowledgement"),
    "question": _("Question"),
    "solution": _("Solution"),
}
# {name} the customer, {about} where it happened; the customer's own language, whatever the console's.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "apology": (
            "{greeting}\n\nThank you for telling us about {about}. I am sorry: this is not what you should expect from "
            "us, and I can see why it upset you.\n\nI own your matter now, and I will stay with it until it is solved."
        ),
        "acknowledgement": (
            "{greeting}\n\nThank you for writing to us about {about}. I have read it, and I am looking into it now. "
            "You will hear from me again, without having to ask."
        ),
        "question": (
            "{greeting}\n\nThank you for telling us about {about}. So that I can put it right, could you tell me one "
            "more thing:\n\n\n\nJust answer on the page linked below."
        ),
        "solution": (
            "{greeting}\n\nI have looked into {about}. This is what happened, and this is what we have done about "
            "it:\n\n\n\nDoes this solve it for you? If not, tell me, and I will go on."
        ),
    },
    "zh": {
        "apology": (
            "{greeting}\n\n感谢您告诉我们{about}的情况。非常抱歉，这不是您应该遇到的，我完全理解您的心情。\n\n"
            "这件事由我负责，我会一直跟进，直到为您解决。"
        ),
        "acknowledgement": (
            "{greeting}\n\n感谢您就{about}与我们联系。您的意见我已看到，正在核实。有进展我会主动告诉您，不用您再来追问。"
        ),
        "question": (
            "{greeting}\n\n感谢您告诉我们{about}的情况。为了尽快帮您解决，想再向您了解一点：\n\n\n\n"
            "您可以直接在下方链接的页面里回复我。"
        ),
        "solution": (
            "{greeting}\n\n关于{about}，我已核实清楚。事情的经过和我们的处理如下：\n\n\n\n"
            "这样处理您满意吗？如果还有问题，请告诉我，我会继续跟进。"
        ),
    },
}


@dataclass(frozen=True, kw_only=True)
class ReplyDraft:
    """One beginning, filled in for one case."""

    kind: str
    label: str
    language: str
    text: str


def drafts_for(case: Case) -> list[ReplyDraft]:
    """Every beginning in both languages for this case; soothing first."""
    return [
        ReplyDraft(kind=kind, label=str(LABELS[kind]), language=language, text=text.format(**_fill(case, language)))
        for language, texts in TEXTS.items()
        for kind, text in texts.items()
    ]


def _fill(case: Case, language: str) -> dict[str, str]:
    name = case.customer.name.strip() if case.customer else ""
    place = case.touchpoint
    if language == "zh":
        about = f"“{place.name_zh or place.name}”" if place else "您反映的问题"
        return {"greeting": f"{name}，您好！" if name else "您好！", "about": about}
    return {
        "greeting": f"Dear {name}," if name else "Hello,",
        "about": f"“{place.name}”" if place else "your experience",
    }
