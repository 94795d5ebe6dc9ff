"""Tags are the company's own words; somebody may still write a customer's name into one."""

from django.utils.translation import gettext_noop

from allears.customers.personal import typed_by_staff

DECLARED = (typed_by_staff("tags.Tag", ("name", "key"), label=gettext_noop("Tags"), home="listen.tags"),)
