"""Files in pieces: a line that breaks costs one piece, half a file is never imported, and nobody else's is found."""

import asyncio
import base64
import fcntl
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from allears.accounts.actions import make_key
from allears.cli.main import app
from allears.cli.sending import Sender, StoppedError
from allears.events.imports import files, pieces, uploads
from allears.events.models import Import, Upload
from allears.jobs.worker import LONG, run_due
from allears.listen.models import Voice
from allears.web.asgi import until_cut
from tests.conftest import Person
from tests.imports.test_running import REVIEWS

CONTENT = REVIEWS.encode()
HALF = len(CONTENT) // 2
TUS = {"Tus-Resumable": "1.0.0"}
OFFSET = "application/offset+octet-stream"


def key_of(person: Person) -> str:
    return make_key(workspace=person.workspace, kind="api", name="t", actor=person.user, now=timezone.now())[1]


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def api(alice: Person, data: Path) -> Client:
    return Client(headers={"Authorization": f"Bearer {key_of(alice)}", **TUS})  # type: ignore[return-value]


@pytest.fixture
def console(alice: Person, data: Path) -> Client:
    client = Client(headers=TUS)  # type: ignore[arg-type]
    client.force_login(alice.user)
    return client


def metadata(**told: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())


def begin(client: Client, *, at: str = "/api/v1/uploads", length: int = len(CONTENT), **told: str) -> str:
    told = {"filename": "reviews.csv", "kind": "voices"} | told
    head = {"Upload-Length": str(length), "Upload-Metadata": metadata(**told)}
    answer = client.post(at, headers=head)
    assert answer.status_code == 201, answer.content
    return str(answer.headers["Location"])


def patch(client: Client, place: str, at: int, content: bytes, **told: str) -> Any:
    more = {name.replace("_", "-"): value for name, value in told.items()}
    head = {"Upload-Offset": str(at), "Content-Type": OFFSET, **more}
    return client.generic("PATCH", place, content, headers=head)


def offset(client: Client, place: str) -> int:
    answer = client.head(place)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.headers["Upload-Offset"])


def work() -> None:
    while run_due(owner="test", queues=[LONG]):
        pass


def test_a_file_arrives_in_pieces_and_its_last_one_makes_the_import(api: Client, alice: Person) -> None:
    place = begin(api)
    assert offset(api, place) == 0
    first = patch(api, place, 0, CONTENT[:HALF])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(HALF))
    assert "Upload-Expires" in first.headers
    assert not Import.objects.in_workspace(alice.workspace.pk).exists()
    assert offset(api, place) == HALF
    last = patch(api, place, HALF, CONTENT[HALF:])
    row = Import.objects.in_workspace(alice.workspace.pk).get()
    assert last.headers["Content-Location"] == f"/api/v1/imports/{row.pk}"
    assert (row.filename, row.kind, row.rows_total) == ("reviews.csv", "voices", 60)
    assert row.digest == hashlib.sha256(CONTENT).hexdigest()
    assert offset(api, place) == len(CONTENT)
    assert patch(api, place, len(CONTENT), b"").status_code == 204  # its sender did not hear the last answer
    told = api.get(place).json()
    assert (told["whole"], told["received"], told["import_id"]) == (True, len(CONTENT), row.pk)
    assert Import.objects.in_workspace(alice.workspace.pk).count() == 1


def test_an_upload_that_says_so_runs_by_itself(api: Client, alice: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 100)
    place = begin(api, start="true", sha256=hashlib.sha256(CONTENT).hexdigest(), modified="1767225600000")
    patch(api, place, 0, CONTENT)
    assert Import.objects.in_workspace(alice.workspace.pk).get().rows_total is None
    work()
    assert Voice.objects.in_workspace(alice.workspace.pk).count() == 60
    row = Import.objects.in_workspace(alice.workspace.pk).get()
    assert (row.state, row.mapping["file_moment"]) == ("done", "2026-01-01T00:00:00+00:00")


def test_a_file_that_is_not_what_was_sent_fails_before_its_first_row(api: Client, alice: Person) -> None:
    patch(api, begin(api, start="true", sha256="0" * 64), 0, CONTENT)
    row = Import.objects.in_workspace(alice.workspace.pk).get()
    assert (row.state, "checksum differs" in row.error, files.folder_of(row).exists()) == ("failed", True, False)


def test_a_piece_that_does_not_fit_is_not_taken(api: Client) -> None:
    place = begin(api)
    patch(api, place, 0, CONTENT[:HALF])
    elsewhere = patch(api, place, 7, CONTENT[7:])
    assert (elsewhere.status_code, elsewhere.headers["Upload-Offset"]) == (409, str(HALF))
    assert patch(api, place, HALF, CONTENT).status_code == 413
    digest = base64.b64encode(hashlib.sha1(b"another", usedforsecurity=False).digest()).decode()
    assert patch(api, place, HALF, CONTENT[HALF:], Upload_Checksum=f"sha1 {digest}").status_code == 460
    assert patch(api, place, HALF, CONTENT[HALF:], Upload_Checksum="crc32 AAAA").status_code == 400
    assert api.patch(place, CONTENT, content_type="text/csv", headers={"Upload-Offset": "0"}).status_code == 415
    assert api.patch(place, CONTENT, content_type=OFFSET).status_code == 400
    assert offset(api, place) == HALF
    good = base64.b64encode(hashlib.sha256(CONTENT[HALF:]).digest()).decode()
    assert patch(api, place, HALF, CONTENT[HALF:], Upload_Checksum=f"sha256 {good}").status_code == 204


def test_what_a_killed_process_wrote_is_written_over(api: Client, alice: Person) -> None:
    place = begin(api)
    patch(api, place, 0, CONTENT[:HALF])
    upload = Upload.objects.in_workspace(alice.workspace.pk).get()
    path = files.folder_named(upload.path) / "upload"
    with path.open("ab") as file:
        file.write(b"not known to have come" * 1000)
    patch(api, place, HALF, CONTENT[HALF : HALF + 10])
    assert path.read_bytes() == CONTENT[: HALF + 10]


def test_two_pieces_at_once_do_not_mix(api: Client, alice: Person) -> None:
    place = begin(api)
    upload = Upload.objects.in_workspace(alice.workspace.pk).get()
    with (files.folder_named(upload.path) / "upload").open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert patch(api, place, 0, CONTENT).status_code == 423
    assert patch(api, place, 0, CONTENT).status_code == 204


def test_the_protocol_is_tus(api: Client) -> None:
    told = api.options("/api/v1/uploads").headers
    assert (told["Tus-Version"], told["Tus-Extension"]) == ("1.0.0", "creation,expiration,termination,checksum")
    old = api.post("/api/v1/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "9"})
    assert (old.status_code, old.headers["Tus-Version"], old.headers["Tus-Resumable"]) == (412, "1.0.0", "1.0.0")
    place = begin(api)
    head = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert api.post(place, CONTENT[:9], content_type=OFFSET, headers=head).headers["Upload-Offset"] == "9"
    assert api.delete(place).status_code == 204
    assert api.head(place).status_code == 404


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ({}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": str(1 << 50)}, 413),
        ({"Upload-Length": "9", "Upload-Metadata": "kind !!!"}, 400),
        ({"Upload-Length": "9", "Upload-Metadata": metadata(kind="stones")}, 422),
        ({"Upload-Length": "9", "Upload-Metadata": metadata(mapping="[1]")}, 400),
        ({"Upload-Length": "9", "Upload-Metadata": metadata(modified="long ago")}, 400),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(api: Client, head: dict[str, str], status: int) -> None:
    answer = api.post("/api/v1/uploads", headers=head)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert api.get("/api/v1/uploads").json()["items"] == []


def test_unfinished_files_are_bounded(api: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(pieces, "MOST_OPEN", 1)
    patch(api, begin(api), 0, CONTENT)  # a whole one does not count
    begin(api)
    assert api.post("/api/v1/uploads", headers={"Upload-Length": "9"}).status_code == 413
    assert [each["received"] for each in api.get("/api/v1/uploads?whole=false").json()["items"]] == [0]
    assert [each["received"] for each in api.get("/api/v1/uploads?whole=true").json()["items"]] == [len(CONTENT)]


def test_a_full_disk_takes_no_file(api: Client, settings: Any) -> None:
    settings.INTAKE_MIN_FREE = 1 << 60
    assert api.post("/api/v1/uploads", headers={"Upload-Length": "9"}).status_code == 413


def test_half_files_are_forgotten_in_time(
    api: Client, alice: Person, data: Path, django_capture_on_commit_callbacks: Any
) -> None:
    place = begin(api)
    patch(api, place, 0, CONTENT[:HALF])
    whole = begin(api)
    patch(api, whole, 0, CONTENT)
    now = timezone.now()
    assert pieces.expire(now=now + timedelta(hours=71)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert pieces.expire(now=now + timedelta(hours=73)) == 2
    assert api.head(place).status_code == 404
    row = Import.objects.in_workspace(alice.workspace.pk).get()
    assert [each.name for each in (data / "imports").iterdir()] == [row.path]


def test_what_was_removed_meanwhile_is_gone_for_good(api: Client, alice: Person) -> None:
    place = begin(api)
    upload = Upload.objects.in_workspace(alice.workspace.pk).get()
    files.remove_folder(files.folder_named(upload.path))  # a person in it was erased
    assert patch(api, place, 0, CONTENT).status_code == 410
    assert not Upload.objects.in_workspace(alice.workspace.pk).exists()


def test_discarding_the_import_leaves_nothing_half_sent(api: Client, alice: Person) -> None:
    place = begin(api)
    patch(api, place, 0, CONTENT)
    uploads.discard(row=Import.objects.in_workspace(alice.workspace.pk).get())
    assert not pieces.unfinished(alice.workspace.pk).exists()
    assert "Content-Location" not in api.head(place).headers


def test_nobody_else_finds_it(api: Client, console: Client, charlie: Person, bob: Person) -> None:
    place = begin(api)
    theirs = Client(headers={"Authorization": f"Bearer {key_of(charlie)}", **TUS})  # type: ignore[arg-type]
    answers = [theirs.get(place), theirs.head(place), patch(theirs, place, 0, CONTENT), theirs.delete(place)]
    assert [each.status_code for each in answers] == [404, 404, 404, 404]
    assert theirs.get("/api/v1/uploads").json()["items"] == []
    assert Client(headers=TUS).head(place).status_code == 401  # type: ignore[arg-type]
    assert offset(api, place) == 0
    here = begin(console, at="/imports/uploads")
    console.force_login(bob.user)
    assert (console.head(here).status_code, patch(console, here, 0, CONTENT).status_code) == (403, 403)


def test_the_page_offers_to_go_on(console: Client, alice: Person) -> None:
    place = begin(console, at="/imports/uploads", modified="1767225600123")
    patch(console, place, 0, CONTENT[:HALF])
    page = console.get("/imports").content.decode()
    assert f'data-upload="{place}"' in page
    assert f'data-name="reviews.csv" data-size="{len(CONTENT)}" data-modified="1767225600123"' in page
    last = patch(console, place, HALF, CONTENT[HALF:])
    row = Import.objects.in_workspace(alice.workspace.pk).get()
    assert (last.headers["Content-Location"], row.created_by) == (f"/imports/{row.pk}", alice.user)
    assert "data-upload=" not in console.get("/imports").content.decode()
    other = begin(console, at="/imports/uploads")
    console.post(f"{other}/removal")
    assert not pieces.unfinished(alice.workspace.pk).exists()


def test_a_body_whose_line_breaks_ends_there() -> None:
    came = iter([{"type": "http.request", "body": b"half a", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(came)

    async def body() -> list[dict[str, Any]]:
        heard = until_cut(receive)
        return [await heard(), await heard()]

    assert asyncio.run(body()) == [
        {"type": "http.request", "body": b"half a", "more_body": True},
        {"type": "http.request", "body": b"", "more_body": False},
    ]


class Line(httpx.BaseTransport):
    """Carries the command's requests to the test's client; breaks after each piece, the piece taken or not."""

    def __init__(self, client: Client) -> None:
        self.client, self.pieces, self.broken = client, 0, False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.broken:
            raise httpx.ConnectError("no line")
        head = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        kind = head.pop("content-type", "application/octet-stream")
        body = request.read()
        if request.method == "PATCH":
            self.pieces += 1
            if self.pieces == 2:
                raise httpx.ReadError("broken before it came")
        address = request.url.raw_path.decode()
        answer = self.client.generic(request.method, address, body, content_type=kind, headers=head)
        if request.method == "PATCH" and self.pieces == 3:
            raise httpx.ReadError("broken before the answer came")
        return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)


@pytest.fixture
def line(data: Path, monkeypatch: Any) -> Line:
    line, real = Line(Client()), httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **more: real(transport=line, **more))
    return line


def sender(key: str, waits: list[float]) -> Sender:
    return Sender(url="http://ears.test", key=key, piece=500, tries=3, wait=waits.append)


def test_the_command_goes_on_where_the_line_broke(line: Line, alice: Person, tmp_path: Path) -> None:
    path, waits, sent = tmp_path / "reviews.csv", list[float](), list[int]()
    path.write_bytes(CONTENT)
    found = sender(key_of(alice), waits).send(path, kind="voices", mapping="", start=True, on_progress=sent.append)
    row = Import.objects.in_workspace(alice.workspace.pk).get()
    assert (found["import"], row.digest) == (row.pk, hashlib.sha256(CONTENT).hexdigest())
    assert waits == [1.0, 2.0]
    assert line.pieces == -(-len(CONTENT) // 500) + 1  # one piece was sent twice, the one whose answer broke was not
    assert sent == sorted(sent)


def test_the_command_given_again_sends_the_rest_only(line: Line, alice: Person, tmp_path: Path) -> None:
    path, key = tmp_path / "reviews.csv", key_of(alice)
    path.write_bytes(CONTENT)

    def fall(sent: int) -> None:
        line.broken = sent >= 1000

    with pytest.raises(StoppedError):
        sender(key, []).send(path, kind="voices", mapping="", start=False, on_progress=fall)
    half = pieces.unfinished(alice.workspace.pk).get()
    line.broken, sent = False, list[int]()
    sender(key, []).send(path, kind="voices", mapping="", start=False, on_progress=sent.append)
    assert (half.received, sent[0]) == (1000, 1000)
    assert Import.objects.in_workspace(alice.workspace.pk).count() == 1


def test_the_command_says_what_the_server_says(line: Line, alice: Person, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(CONTENT)
    told = ["upload", str(path), "--as", "stones", "--url", "http://ears.test", "--key", key_of(alice)]
    wrong = CliRunner().invoke(app, told)
    assert (wrong.exit_code, "There is no kind" in wrong.output) == (2, True)
    told[3] = "voices"
    right = CliRunner().invoke(app, told)
    assert (right.exit_code, "is there as import" in right.output) == (0, True)
