"""What a process of ours sets in its environment before it loads Django or opens a database."""

import os
import socket

MARK = "allears "


def point_at_settings() -> None:
    """Django's settings are ours unless others were named; an empty name names none."""
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        os.environ["DJANGO_SETTINGS_MODULE"] = "allears.settings"


def host_name() -> str:
    """This machine, as processes are named by it: with role and number it fits the 63 letters PostgreSQL keeps."""
    return socket.gethostname().replace(":", "-")[:32]


def name_process(role: str) -> None:
    """How a PostgreSQL server calls us, so that ``pg_stat_activity`` tells whose connection is whose.

    libpq reads it from the environment. An upgrade sees the nodes of other machines by it.
    """
    os.environ["PGAPPNAME"] = f"{MARK}{role} {host_name()}:{os.getpid()}"
