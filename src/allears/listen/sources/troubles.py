"""What can be wrong with a source, and what to do about it, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# code → (what happened, what to do)
WORDS = {
    "unreachable": (
        _("%(host)s cannot be reached (%(reason)s)."),
        _("Check the address and whether the server is up; it is tried again by itself."),
    ),
    "refused": (
        _("%(host)s refused the user name or password."),
        _("Enter the present password (for many mail services: an app password) and try again."),
    ),
    "no_token": (
        _("%(host)s gave no token: %(reason)s"),
        _("Check client id and secret; a refresh token that has expired must be granted anew by the mailbox’s owner."),
    ),
    "token_refused": (
        _("%(host)s did not let the token in."),
        _("Check the user name, and that the application may read this mailbox by IMAP."),
    ),
    "untrusted": (
        _("%(host)s shows a certificate that is not trusted (%(reason)s)."),
        _("Use the name the certificate was made for, or have the certificate renewed."),
    ),
    "no_folder": (
        _("The mailbox has no folder “%(folder)s”. It has: %(folders)s."),
        _("Choose one of these folders."),
    ),
    "status": (
        _("The server answered %(status)s for %(url)s."),
        _("Open the address in a browser to see what is there; correct it if it has moved."),
    ),
    "not_a_feed": (
        _("What %(url)s sends is neither RSS, Atom nor the JSON described."),
        _("Check the address; for JSON, check the path of the list and the names of the fields."),
    ),
    "too_large": (
        _("%(what)s is larger than %(most)s."),
        _("Offer a smaller page (many services take a number of entries in the address)."),
    ),
    "private_address": (
        _("%(host)s is an address inside a private network, which this installation does not open."),
        _("If it is meant, whoever runs the installation can list it in ALLEARS_SOURCE_ALLOW."),
    ),
    "bad_address": (
        _("“%(url)s” is not a web address that can be opened."),
        _("Write it in full, beginning with https://."),
    ),
    "query": (
        _("The database refused the query: %(reason)s"),
        _("Try the query in the database’s own tool, mend it here and use “Try it”."),
    ),
    "no_cursor": (
        _("The result has no column “%(column)s” to read on from. Its columns are: %(columns)s."),
        _("Name one of these columns, or have the query select it."),
    ),
    "null_cursor": (
        _("The column “%(column)s” is empty in some rows, so one cannot read on from it."),
        _("Leave these rows out in the query, or choose a column that is always filled."),
    ),
    "slow": (
        _("The database did not answer within %(seconds)s seconds."),
        _("Let the query use an index on the cursor column, or ask for fewer rows."),
    ),
    "rows": (
        _("%(name)s cannot be understood: %(reason)s"),
        _("Say in the mapping which column means what, then use “Try it”."),
    ),
    "no_place": (
        _("The folder %(place)s is not there or may not be read (%(reason)s)."),
        _("Create it, or let the account that All Ears runs under read it."),
    ),
    "outside": (
        _("The folder %(place)s is not among those that this installation lets sources read: %(allowed)s."),
        _("Use a folder inside one of these, or have ALLEARS_SOURCE_FOLDERS extended."),
    ),
    "secret": (
        _("The stored password can no longer be opened, because the installation’s key has changed."),
        _("Enter the password again."),
    ),
    "settings": (
        _("A setting cannot be used: %(reason)s"),
        _("Correct it and use “Try it”."),
    ),
    "stopped": (
        _("The worker stopped in the middle; what it had taken is kept."),
        _("Nothing needs to be done: the next run goes on where this one ended."),
    ),
    "unexpected": (
        _("Something unforeseen went wrong (%(reason)s)."),
        _("It is tried again by itself; if it stays, the log of the worker says more."),
    ),
}  # fmt: skip

ASIDE = {
    "auto_reply": _("automatic replies"),
    "bounce": _("returned mail"),
    "list": _("newsletters and lists"),
    "own": _("our own mail"),
    "empty": _("without words"),
    "too_large": _("too large"),
    "unreadable": _("unreadable"),
    "unfinished": _("still being written"),
    "repeated": _("same file again"),
    "old": _("older than asked for"),
}


def told(trouble: Mapping[str, Any]) -> tuple[str, str]:
    """(what happened, what to do) of a stored trouble; ("", "") where there is none."""
    if not trouble:
        return "", ""
    what, advice = WORDS.get(trouble["code"], WORDS["unexpected"])
    params = {"reason": trouble["code"], **trouble.get("params", {})}
    return str(what) % params, str(advice)
