"""A Dovecot of the run's own: one user, mail in a temporary folder, no port but its own."""

import imaplib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.support.processes import die_with_parent, free_port, wait_until

HOW_TO_GET_IT = (
    "Dovecot is not installed. `make test` installs it as root; otherwise: "
    "sudo apt-get install --no-install-recommends dovecot-imapd"
)
CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_access_groups = {group}
listen = 127.0.0.1
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {ssl_listener}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

OAUTH2 = """
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


class TokenPeer:
    """An identity service: hands out tokens at ``/token``, and tells Dovecot at ``/introspect`` whose they are."""

    client = {"client_id": "all-ears", "client_secret": "of the client"}

    def __init__(self, user: str) -> None:
        self.user, self.asked, self.tokens = user, list[dict[str, str]](), set[str]()
        self.refresh_token = "granted 1"  # renewed at each use
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                status, answer = peer.answer(self.path, form)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if path == "/introspect":
            return 200, {"active": form.get("token") in self.tokens, "username": self.user}
        self.asked.append(form)
        if {name: form.get(name) for name in self.client} != self.client:
            return 401, {"error": "invalid_client", "error_description": "Wrong secret.\r\nTrace: 1"}
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh_token:
            return 400, {"error": "invalid_grant"}
        token = f"token-{len(self.asked)}"
        self.tokens.add(token)
        if form["grant_type"] == "client_credentials":
            return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3599}
        self.refresh_token = f"granted {len(self.asked) + 1}"
        return 200, {"access_token": token, "token_type": "Bearer", "refresh_token": self.refresh_token}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Mailbox:
    """The user ``help`` and what stands in his folders."""

    user, password, host = "help", "s3cret", "127.0.0.1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.tokens = TokenPeer(self.user)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise RuntimeError(HOW_TO_GET_IT)
        user = "dovecot" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        account = pwd.getpwnam(user)
        (self.folder / "mail").mkdir()
        for place in (self.folder, self.folder / "mail"):
            os.chown(place, account.pw_uid, account.pw_gid)
        certificate, key = self._certificate()
        given = {"folder": self.folder, "user": user, "group": self._group(account.pw_gid), "port": self.port}
        given |= {"tls_port": self.tls_port, "password": self.password, "ssl": "yes", "ssl_listener": "yes"}
        given["certificate"] = f"ssl_cert = <{certificate}\nssl_key = <{key}"
        (self.folder / "oauth2.conf").write_text(OAUTH2.format(url=self.tokens.url))
        config = self.folder / "dovecot.conf"
        config.write_text(CONFIG.format(**given))
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(config)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        wait_until(self._answers, seconds=20, what=f"Dovecot to start (log: {self.folder}/log)")

    def _group(self, gid: int) -> str:
        import grp

        return grp.getgrgid(gid).gr_name

    def _certificate(self) -> tuple[Path, Path]:
        key, certificate = self.folder / "key.pem", self.folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        return certificate, key

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.pem"

    def _answers(self) -> bool:
        try:
            self.session().logout()
        except (OSError, imaplib.IMAP4.error):
            return False
        return True

    def session(self) -> imaplib.IMAP4:
        """Signed in, as the mail program of whoever delivers."""
        client = imaplib.IMAP4(self.host, self.port, timeout=5)
        client.login(self.user, self.password)
        return client

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        client = self.session()
        for mail in mails:
            status, answer = client.append(folder, "", None, mail)  # type: ignore[arg-type]
            assert status == "OK", answer
        client.logout()

    def empty(self) -> None:
        """Take away whatever an earlier test left."""
        client = self.session()
        client.select("INBOX")
        client.uid("STORE", "1:*", "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.logout()

    def make(self, folder: str) -> None:
        client = self.session()
        client.create(folder)
        client.logout()

    def remove(self, folder: str) -> None:
        client = self.session()
        client.delete(folder)
        client.logout()

    def stop(self) -> None:
        self.tokens.stop()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Mailbox]:
    folder = Path(tempfile.mkdtemp(prefix="allears-imap-"))
    os.chmod(folder, 0o755)
    mailbox = Mailbox(folder)
    mailbox.start()
    yield mailbox
    mailbox.stop()
    shutil.rmtree(folder)


@pytest.fixture
def dovecot(dovecot_server: Mailbox) -> Mailbox:
    """The mailbox, empty."""
    dovecot_server.empty()
    return dovecot_server
