"""The ask as an e-mail: the first question can be answered in the mail, one tap a figure.

A link carries the figure only as a suggestion (``?score=9``): link scanners follow links, so the page asks for one
touch before it counts. The mail is rendered once for each version and language; what differs between customers
is put in by plain replacement.
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from allears.listen.definition import SCALES, Definition, Text
from allears.listen.logic import said
from allears.outreach import channels
from allears.outreach.contracts import Draft
from allears.outreach.links import preferences_url

DJANGO_LANGUAGE = {"zh": "zh-hans"}
URL, PREFERENCES = "@@survey-url@@", "@@preferences-url@@"
KEPT = 256  # rendered mails
_rendered: dict[tuple[int, datetime, str, str], tuple[str, str, str]] = {}


def survey_url(token: str) -> str:
    return f"{settings.PUBLIC_URL}/s/{token}"


def words(text: Text, *, language: str, company: str) -> str:
    """A text of the survey in one language, with the company's name put in."""
    return text.get(language, "").replace("{company}", company)


def draft(
    *,
    version_id: int,
    published_at: datetime,
    definition: Definition,
    language: str,
    company: str,
    token: str,
    customer_key: str,
) -> Draft:
    """The ask for one customer."""
    key = (version_id, published_at, language, company)
    if key not in _rendered:
        if len(_rendered) > KEPT:
            _rendered.clear()
        _rendered[key] = render(definition=definition, language=language, company=company)
    subject, text, html = _rendered[key]
    urls = {URL: survey_url(token), PREFERENCES: preferences_url(customer_key)}
    for mark, url in urls.items():
        text, html = text.replace(mark, url), html.replace(mark, url)
    return Draft(language=language, subject=subject, text=text, html=html)


def draft_for(channel: str) -> Callable[..., Draft]:
    """Whole mails where the channel carries them, a short text elsewhere."""
    return draft if channels.capability(channel).html else short_draft


def short_draft(
    *,
    version_id: int,
    published_at: datetime,
    definition: Definition,
    language: str,
    company: str,
    token: str,
    customer_key: str,
) -> Draft:
    """The ask as a text message: who asks, what, and where to answer."""
    main = definition.main
    question = words((main or definition.questions[0]).text, language=language, company=company)
    subject = words(definition.mail.subject, language=language, company=company)
    sender, space = (f"【{company}】", "") if language == "zh" else (f"{company}: ", " ")
    return Draft(language=language, subject=subject, text=f"{sender}{question}{space} {survey_url(token)}")


def render(*, definition: Definition, language: str, company: str) -> tuple[str, str, str]:
    """Subject, plain text and HTML with marks where the customer's own addresses go."""
    main = definition.main

    def say(text: Text) -> str:
        """One rendering serves all customers, so what only one has said or is stands as its words after ``|``."""
        return said(words(text, language=language, company=company), labels={}, facts={}, values={})

    context = {
        "company": company,
        "language": "zh-Hans" if language == "zh" else language,
        "subject": say(definition.mail.subject),
        "intro": say(definition.mail.intro),
        "question": say((main or definition.questions[0]).text),
        "low": say(main.low) if main else "",
        "high": say(main.high) if main else "",
        "scores": list(SCALES[main.metric]) if main else [],
        "url": URL,
        "preferences": PREFERENCES,
    }
    with translation.override(DJANGO_LANGUAGE.get(language, language)):
        text = render_to_string("listen/mail/ask.txt", context)
        html = render_to_string("listen/mail/ask.html", context)
    return str(context["subject"]), text.strip() + "\n", html
