"""The tone of a reply, on demand, beside the box it is written in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from allears.respond.queries import visible_to
from allears.respond.tones import draft_tone
from allears.understand.text.advising import ADVICE, NAMES
from allears.web.access import ConsoleRequest, access_agent
from allears.web.render import render_page

if TYPE_CHECKING:
    from allears.understand.text.tone import Tone

LONGEST = 20_000
QUOTES, QUOTE = 3, 60  # words shown of each aspect, and how many of their characters
WELL, POOR = 0.7, 0.45


@dataclass(frozen=True, kw_only=True)
class Row:
    """One aspect as the panel shows it."""

    label: str
    score: float
    tone: str  # good, fair or bad
    quotes: tuple[str, ...]
    suggestion: str


@require_POST
@access_agent
def case_tone(request: ConsoleRequest, number: int) -> HttpResponse:
    """How the draft sounds; the draft itself is neither kept nor changed."""
    cases = visible_to(request.access.membership).select_related("origin", "customer")
    case = cases.filter(number=number).first()
    if case is None:
        raise Http404
    text = request.POST.get("text", "")[:LONGEST]
    if not text.strip():
        return render_page(request, "cases/_tone.html", {"is_empty": True})
    found = draft_tone(case=case, text=text)
    return render_page(request, "cases/_tone.html", {"rows": rows(found, text), "score": round(found.score * 100)})


def rows(found: "Tone", text: str) -> list[Row]:
    """What can be better first; what does not apply is left out, and so is formality unless it is mixed."""
    shown = [
        Row(
            label=str(NAMES[each.name]),
            score=each.score,
            tone="good" if each.score >= WELL else "fair" if each.score >= POOR else "bad",
            quotes=tuple(_quote(text[start:end]) for start, end in each.spans[:QUOTES]) if each.advice else (),
            suggestion=str(ADVICE[each.advice]) if each.advice else "",
        )
        for each in found.aspects
        if each.score is not None and (each.name != "formality" or each.advice)
    ]
    return sorted(shown, key=lambda row: (not row.suggestion, row.score))


def _quote(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= QUOTE else f"{words[:QUOTE]}…"


urlpatterns = [path("cases/<int:number>/tone", case_tone, name="case_tone")]
