"""A real Kannel: bearerbox and smsbox with Kannel's own fake short message centre as the network."""

import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import die_with_parent, free_port, wait_until

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
HOW_TO_GET_IT = "Kannel is not installed: sudo apt-get install --no-install-recommends kannel kannel-extras"
CONFIG = """
group = core
admin-port = {admin}
admin-password = adm
smsbox-port = {box}
log-file = "{folder}/bearerbox.log"
log-level = 1
dlr-storage = internal
box-allow-ip = "127.0.0.1"

group = smsc
smsc = fake
smsc-id = FAKE
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {send}
global-sender = 10690000
log-file = "{folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = ears
password = secret
max-messages = 5
concatenation = true

group = sms-service
keyword = default
get-url = "{inbound}?from=%p&text=%b"
max-messages = 0
omit-empty = true
"""


@dataclass(kw_only=True)
class Kannel:
    """``send_url`` takes messages; ``log`` is what the network saw."""

    folder: Path
    send_port: int
    network_port: int

    @property
    def send_url(self) -> str:
        return (
            f"http://127.0.0.1:{self.send_port}/cgi-bin/sendsms?username=ears&password={{password}}&from={{sender}}"
            "&to={to}&text={text}&coding={coding}&charset=UTF-8&dlr-mask=31&dlr-url={report_url}"
        )

    def log(self) -> str:
        return (self.folder / "network.log").read_text(errors="replace")


@pytest.fixture
def kannel(tmp_path: Path) -> Iterator[Kannel]:
    if shutil.which("bearerbox") is None or not Path(FAKESMSC).exists():
        raise RuntimeError(HOW_TO_GET_IT)
    admin, box, network, send = (free_port() for _ in range(4))
    config = tmp_path / "kannel.conf"
    inbound = f"http://127.0.0.1:{free_port()}/inbound"
    config.write_text(CONFIG.format(admin=admin, box=box, network=network, send=send, folder=tmp_path, inbound=inbound))
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str, log: str) -> None:
        with (tmp_path / log).open("ab") as out:
            started.append(
                subprocess.Popen(
                    command, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=die_with_parent
                )
            )

    start("bearerbox", "-v", "4", str(config), log="bearerbox.out")
    wait_until(lambda: _listens(network), seconds=20, what="Kannel's bearerbox")
    start("smsbox", "-v", "4", str(config), log="smsbox.out")
    wait_until(lambda: _listens(send), seconds=20, what="Kannel's smsbox")
    start(FAKESMSC, "-H", "127.0.0.1", "-r", str(network), "-i", "1000", "-m", "0", "1 2 text x", log="network.log")
    wait_until(lambda: "online" in _status(admin), seconds=20, what="Kannel's network")
    yield Kannel(folder=tmp_path, send_port=send, network_port=network)
    for process in reversed(started):
        process.terminate()
    for process in reversed(started):
        process.wait(timeout=20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _status(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/status.txt?password=adm", timeout=5) as answer:
        return str(answer.read().decode("utf-8", "replace"))
