"""Places hold no personal data of customers; answers given there are responses and voices like all others."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Harmless, Rules, typed_by_staff

DECLARED = (
    typed_by_staff("places.Place", ("name", "employee"), label=gettext_noop("Places"), home="listen.places"),
    Rules(model="places.Place", columns=("settings",), label=gettext_noop("Places"), home="listen.places"),
    Harmless(
        model="places.Place",
        columns=("kind", "code", "settings", "sealed"),
        because="what managers said of a web site, a printed code, a tablet or a line; secrets are sealed",
    ),
)
