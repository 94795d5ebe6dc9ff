"""Where the demo keeps mails to customers."""

from django.utils.translation import gettext_noop

from allears.customers.personal import PersonalFiles

DECLARED = (
    PersonalFiles(
        name="mailbox",
        erase="allears.web.mails.erase_mails",
        find="allears.web.mails.find_mails",
        label=gettext_noop("Mailbox of the demo"),
    ),
)
