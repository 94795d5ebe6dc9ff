"""Pages of `allears demo` only: what the simulated customers received, and the first steps of whoever tries it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from allears.respond.queries import cases_of
from allears.web.access import ConsoleRequest, access_admin, access_manager
from allears.web.render import render_page

SHOWN = 50
DISMISSED = "demo_steps"  # a cookie


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail in the post office of the demo."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str
    language: str


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "mail"


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body is not None else ""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text[:200])
    return Mail(
        name=file.stem,
        at=datetime.fromtimestamp(int(file.stem) / 1e9, tz=UTC),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=text,
        language="zh-Hans" if chinese else "en",
    )


@access_admin
@require_GET
def mailbox(request: ConsoleRequest) -> HttpResponse:
    """What did our customers receive?"""
    wanted = request.GET.get("to", "")
    files = sorted(_folder().glob("*.eml"), reverse=True)
    mails = [mail for file in files[: SHOWN * (20 if wanted else 1)] if wanted in (mail := _read(file)).to]
    return render_page(request, "demo/mailbox.html", {"mails": mails[:SHOWN], "wanted": wanted})


@access_admin
@require_GET
def mail(request: ConsoleRequest, name: int) -> HttpResponse:
    """One mail as its reader sees it; its links work."""
    file = _folder() / f"{name}.eml"
    if not file.exists():
        raise Http404
    return render_page(request, "demo/mail.html", {"mail": _read(file)})


@access_manager
@require_GET
def first_steps(request: ConsoleRequest) -> HttpResponse:
    """Follow one customer from what happened to how it ended."""
    if DISMISSED in request.COOKIES:
        return HttpResponse("")
    asked = cases_of(request.access.workspace_id).filter(origin__response__isnull=False, customer__isnull=False)
    return render_page(request, "demo/_steps.html", {"case": asked.order_by("-opened_at").first()})


@access_manager
@require_POST
def dismiss_first_steps(request: ConsoleRequest) -> HttpResponse:
    """Do not show them again in this browser."""
    answer = HttpResponse("")
    answer.set_cookie(DISMISSED, "seen", max_age=365 * 86_400, httponly=True, samesite="Lax")
    return answer


pages: list[URLPattern] = [
    path("settings/mailbox", mailbox, name="mailbox"),
    path("settings/mailbox/<int:name>", mail, name="mail"),
    path("demo/first-steps", first_steps, name="first_steps"),
    path("demo/first-steps/dismissal", dismiss_first_steps, name="dismiss_first_steps"),
]
urlpatterns = pages if settings.DEMO else []
