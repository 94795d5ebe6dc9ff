"""A thank-you to a customer as mail, in the customer's language."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.accounts.models import Membership
from allears.customers.models import Customer
from allears.outreach.contracts import Draft

CATALOGUES = {"zh": "zh-hans", "en": "en"}


def thanks_draft(*, customer: Customer, text: str, author: Membership) -> Draft:
    """The words as written, who wrote them, and for which company."""
    known = ((each or "")[:2].lower() for each in (customer.language, customer.workspace.language))
    language = next((each for each in known if each in CATALOGUES), "en")
    with override(CATALOGUES[language]):
        context = {
            "text": text,
            "author": str(author.user),
            "company": customer.workspace.name,
            "language": CATALOGUES[language],
        }
        return Draft(
            language=language,
            subject=_("Thank you from %(company)s") % {"company": customer.workspace.name},
            text=render_to_string("people/thanks.txt", context),
            html=render_to_string("people/thanks.html", context),
        )
