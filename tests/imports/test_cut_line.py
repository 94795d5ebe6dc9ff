"""A large file over a line that really breaks: a TCP proxy cuts it in the middle of a piece, and the file is whole."""

import base64
import hashlib
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.support.processes import wait_until
from tests.support.server import AllEars, ServerFactory

pytestmark = pytest.mark.server

ROWS = 70_000
CUT = 700_000  # bytes of a connection that still pass
TUS = {"Tus-Resumable": "1.0.0"}


class Line:
    """Carries connections to a server, each up to ``most`` bytes of what the client says; then it is dead both ways."""

    def __init__(self, port: int) -> None:
        self.port, self.most = port, 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._door.accept()
            except OSError:  # the test is over
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            Thread(target=self._forth, args=(client, server, self.most), daemon=True).start()
            Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, left: int) -> None:
        while left and (block := client.recv(min(left, 1 << 16))):
            server.sendall(block)
            left -= len(block)
        for end in (server, client):
            with suppress(OSError):  # the other side may have hung up before
                end.shutdown(socket.SHUT_RDWR)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while block := server.recv(1 << 16):
                client.sendall(block)
        except OSError:  # cut meanwhile
            return

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def server(allears_server: ServerFactory) -> AllEars:
    return allears_server()


@pytest.fixture
def line(server: AllEars) -> Iterator[Line]:
    line = Line(server.port)
    yield line
    line.close()


def kept(server: AllEars) -> bytes:
    """What lies in the data folder of the one file that was begun."""
    (path,) = Path(server.data / "imports").glob("*/upload")
    return path.read_bytes()


def test_a_piece_cut_in_the_middle_goes_on_where_it_was_cut(server: AllEars, line: Line) -> None:
    content = b"text,said_at\n" + b"".join(
        f"第{n}位顾客 said number {n * 7919},2026-03-02\n".encode() for n in range(ROWS)
    )
    key = {"Authorization": f"Bearer {server.api_key}", **TUS}
    digest = hashlib.sha256(content).hexdigest()
    told = {"filename": "said.csv", "kind": "voices", "sha256": digest}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    head = {**key, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    place = httpx.post(f"{server.url}/api/v1/uploads", headers=head).headers["Location"]

    def stands() -> int:
        return int(httpx.head(f"{server.url}{place}", headers=key).headers["Upload-Offset"])

    def send(url: str, offset: int) -> httpx.Response:
        more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return httpx.patch(f"{url}{place}", headers={**key, **more}, content=content[offset:], timeout=60)

    offset = 0
    for most in (CUT, 2 * CUT):
        line.most = most
        with pytest.raises(httpx.TransportError):
            send(line.url, offset)
        wait_until(lambda before=offset: stands() > before, seconds=30, what="what came of the piece")
        before, offset = offset, stands()
        assert before + most // 2 < offset < before + most, "what came before the cut is kept, but for its last block"
        assert kept(server) == content[:offset]
        assert httpx.get(f"{server.url}/api/v1/imports", headers=key).json()["items"] == []
    line.most = 1 << 40
    assert send(line.url, offset).status_code == 204
    found = httpx.get(f"{server.url}{place}", headers=key).json()
    assert (found["whole"], found["received"]) == (True, len(content))

    def read() -> bool:
        row = httpx.get(f"{server.url}/api/v1/imports/{found['import_id']}", headers=key).json()
        assert row["error"] == "", "its SHA-256 is compared before its first row is read"
        return row["rows_total"] is not None

    wait_until(read, seconds=60, what="the worker to read the file")
    row = httpx.get(f"{server.url}/api/v1/imports/{found['import_id']}", headers=key).json()
    assert row["rows_total"] == ROWS
