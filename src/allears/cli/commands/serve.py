"""`allears serve`: web, worker and analytics under one supervisor, or some of them."""

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.roles import ROLES
from allears.cli.words import gettext as _


def serve(
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    host: Annotated[
        str, typer.Option(envvar="ALLEARS_HOST", help="Address to listen on; 0.0.0.0 for all.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, envvar="ALLEARS_PORT", help="Port to listen on.")] = 8080,
    role: Annotated[
        list[str] | None, typer.Option(help=f"Only this role ({', '.join(ROLES)}); may be repeated.")
    ] = None,
    web_workers: Annotated[
        int, typer.Option(envvar="ALLEARS_WEB_WORKERS", help="Web processes; more than one needs PostgreSQL.")
    ] = 1,
) -> None:
    """Run All Ears until Ctrl-C."""
    roles = role or list(ROLES)
    if unknown := [each for each in roles if each not in ROLES]:
        raise typer.BadParameter(
            _("{role} is no role; there are {roles}").format(role=repr(unknown[0]), roles=", ".join(ROLES))
        )
    if web_workers > 1 and not os.environ.get("DATABASE_URL"):
        raise typer.BadParameter(_("the SQLite intake log has one writer: several web workers need DATABASE_URL"))
    url = f"http://{host if host != '0.0.0.0' else '127.0.0.1'}:{port}"  # noqa: S104 – the user asked for all
    os.environ |= {
        "ALLEARS_DATA": str(data.resolve()),
        "ALLEARS_HOST": host,
        "ALLEARS_PORT": str(port),
        "ALLEARS_WEB_WORKERS": str(web_workers),
    }
    os.environ.setdefault("ALLEARS_URL", url)
    _check_before(data=data, host=host, port=port, listens="web" in roles)
    run_supervisor(data=data, roles=roles, url=url)


def run_supervisor(*, data: Path, roles: list[str], url: str, greeting: str = "") -> None:
    """Serve until Ctrl-C; the environment already says where and how. Exits with code 1 when it cannot."""
    from allears.cli.supervisor import AlreadyServedError, NeverStartedError, Supervisor

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        Supervisor(
            data=data.resolve(),
            roles=roles,
            ready_url=f"{url}/readyz" if "web" in roles else None,
            on_ready=lambda: typer.echo(greeting or _listening()),
        ).run()
    except AlreadyServedError as error:
        _refuse(
            _(
                "Another `allears serve` already runs the {role} role on {data}. Nothing was started.\n"
                "Stop that one first, or name another folder with --data."
            ).format(role=error, data=data)
        )
    except NeverStartedError as error:
        says = _("The {role} process ended five times before All Ears was up; its reason is above. All was stopped.")
        _refuse(says.format(role=error))


def _listening() -> str:
    return _("All Ears is listening at {url} (Ctrl-C stops it)").format(url=os.environ["ALLEARS_URL"])


def _check_before(*, data: Path, host: str, port: int, listens: bool) -> None:
    """What would make the start fail, said in words before anything starts."""
    if not data.is_dir():
        _refuse(_("There is no data folder {data}.\nMake one:  allears init --data {data}").format(data=data))
    if listens:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                says = _(
                    "Port {port} on {host} cannot be used: {why}. Nothing was started.\n"
                    "Name another one:  allears serve --data {data} --port {other}"
                )
                _refuse(says.format(port=port, host=host, why=error.strerror, data=data, other=port + 1))
    command = [sys.executable, "-m", "allears.cli", "doctor", "--before-start", "--data", str(data)]
    examined = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 – our own
    if examined.returncode:
        _refuse(examined.stdout + examined.stderr + _("Nothing was started."))


def _refuse(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command()(serve)
