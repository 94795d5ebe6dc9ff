"""The processes under `allears serve`: each is `python -m allears.cli.roles ROLE`, alone in its process.

They are started by the supervisor and die with it, however it dies: nothing may keep a port, a lease or the intake
file of a server that is gone.
"""

import ctypes
import gc
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

from allears.kit.processes import name_process, point_at_settings

PR_SET_PDEATHSIG = 1
PARENT = "_ALLEARS_PARENT_PID"


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent ends; at once when that happened already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def load_site(target: str) -> Any:
    """Runs in granian's worker process, the child of the web role."""
    die_with_parent(int(os.environ[PARENT]))
    point_at_settings()
    # whitenoise's static files are read in one go; Django warns of each first one, on the user's terminal
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    from django.conf import settings
    from django.utils.module_loading import import_string

    application = import_string(settings.ASGI_APPLICATION)  # by setting, because commands and pages are neighbours
    gc.freeze()  # what is loaded stays; and hundreds of requests under way, each a few dozen objects, are no garbage
    gc.set_threshold(10_000, 10, 10)
    return application


def web() -> None:
    """HTTP: the intake door, the API and the pages."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ[PARENT] = str(os.getpid())
    Server(
        "allears.web.asgi:application",
        address=os.environ["ALLEARS_HOST"],
        port=int(os.environ["ALLEARS_PORT"]),
        workers=int(os.environ["ALLEARS_WEB_WORKERS"]),
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
    ).serve(target_loader=load_site)


def worker() -> None:
    """Consumer, sender, jobs and schedules."""
    point_at_settings()
    import django

    django.setup()
    from allears.jobs.runner import main

    main()


def analytics() -> None:
    """Figures for pages, API and commands; the flusher to the lake."""
    point_at_settings()
    import django

    django.setup()
    from allears.understand.pool import main

    main()


def demo() -> None:
    """The simulated company of `allears demo`: its post office and its customers. Loads no Django."""
    from allears.cli.demo.live import main

    main()


ROLES: dict[str, Callable[[], None]] = {"web": web, "worker": worker, "analytics": analytics}
EXTRA: dict[str, Callable[[], None]] = {"demo": demo}  # never started by `allears serve`


if __name__ == "__main__":
    die_with_parent(int(os.environ[PARENT]))
    name_process(sys.argv[1])
    (ROLES | EXTRA)[sys.argv[1]]()
