"""Tags are the company's own words; somebody may still write a customer's name into one."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, PersonalTable

DECLARED = (
    PersonalTable(
        model="tags.Tag",
        columns=("name", "key"),
        erase=Erase.MENTIONS,
        home="listen.tags",
        label=gettext_noop("Tags"),
        typed=True,
    ),
)
