"""What colleagues write beside a voice goes with its customer; what a member follows is no customer's."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, typed_by_staff

DECLARED = (
    PersonalTable(
        model="people.Share",
        customer="voice__customer",
        columns=("note",),
        erase=Erase.DELETE,
        kind="voices",
        at="at",
        label=gettext_noop("Notes among colleagues"),
    ),
    PersonalTable(
        model="people.Thanks",
        customer="voice__customer",
        columns=("text",),
        erase=Erase.DELETE,
        kind="voices",
        at="at",
        label=gettext_noop("Thanks"),
    ),
    typed_by_staff("people.Follow", ("value", "name"), label=gettext_noop("What colleagues follow")),
    Harmless(model="people.Digest", columns=("period",), because="the name of a day or a week"),
    Harmless(model="people.DigestChoice", columns=("timezone",), because="a member's own time zone"),
)
