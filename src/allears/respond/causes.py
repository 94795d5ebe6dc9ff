"""Why cases happen: a list that ships with All Ears until the company writes its own over it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from allears.respond.errors import CaseError, MissingWordsError
from allears.respond.models import Cause

DEFAULTS = (
    ("late", "Delivered or done late", "交付或办理延误"),
    ("defect", "Product or service defect", "产品或服务缺陷"),
    ("wrong-information", "Wrong or missing information", "信息有误或缺失"),
    ("price-billing", "Price or billing", "价格或账单"),
    ("process", "Our process made it hard", "流程繁琐"),
    ("attitude", "How we treated the customer", "服务态度"),
    ("promise-broken", "Promise not kept", "未兑现承诺"),
    ("misunderstanding", "Misunderstanding", "误会"),
    ("other", "Something else", "其他"),
)


class UnknownCauseError(CaseError):
    """No cause of this key is in use."""


@dataclass(frozen=True, kw_only=True)
class CauseChoice:
    """A cause that can be chosen now, stored or shipped."""

    key: str
    name: str
    name_zh: str

    def label(self, language: str) -> str:
        """In the reader's language where there is one."""
        return self.name_zh if language.startswith("zh") and self.name_zh else self.name


def causes_of(workspace_id: int, *, archived: bool = False) -> list[CauseChoice]:
    """The shipped causes as far as in use, then the company's own; ``archived``: only those put away."""
    stored = {cause.key: cause for cause in Cause.objects.in_workspace(workspace_id).order_by("id")}
    shipped = {key: Cause(key=key, name=name, name_zh=name_zh) for key, name, name_zh in DEFAULTS}
    return [
        CauseChoice(key=cause.key, name=cause.name, name_zh=cause.name_zh)
        for cause in (shipped | stored).values()
        if bool(cause.archived_at) is archived
    ]


@transaction.atomic
def cause_named(*, workspace_id: int, key: str) -> Cause:
    """The cause in use under this key, stored from now on."""
    choice = next((each for each in causes_of(workspace_id) if each.key == key), None)
    if choice is None:
        raise UnknownCauseError(f"no cause {key!r} is in use")
    cause: Cause
    cause, _ = Cause.objects.in_workspace(workspace_id).get_or_create(
        workspace_id=workspace_id, key=key, defaults={"name": choice.name, "name_zh": choice.name_zh}
    )
    return cause


@transaction.atomic
def add_cause(*, workspace_id: int, name: str, name_zh: str) -> Cause:
    """One more cause; its key comes from the English name and is free."""
    name, name_zh = name.strip() or name_zh.strip(), name_zh.strip()
    if not name:
        raise MissingWordsError("name")
    taken = {key for key, *_ in DEFAULTS} | set(Cause.objects.in_workspace(workspace_id).values_list("key", flat=True))
    stem = slugify(name)[:50] or "cause"
    key = next(key for key in (stem, *(f"{stem}-{count}" for count in range(2, 10_000))) if key not in taken)
    cause: Cause = Cause.objects.create(workspace_id=workspace_id, key=key, name=name, name_zh=name_zh)
    return cause


@transaction.atomic
def archive_cause(*, workspace_id: int, key: str, now: datetime) -> None:
    """Put a cause away: cases keep it, nobody can choose it."""
    cause = cause_named(workspace_id=workspace_id, key=key)
    cause.archived_at = now
    cause.save()


@transaction.atomic
def restore_cause(*, workspace_id: int, key: str) -> None:
    """Take a cause into use again."""
    if not Cause.objects.in_workspace(workspace_id).filter(key=key).update(archived_at=None):
        raise UnknownCauseError(f"no cause {key!r} was put away")
