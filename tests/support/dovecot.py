"""A Dovecot of the run's own: one user, mail in a temporary folder, no port but its own."""

import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_access_groups = {group}
listen = 127.0.0.1
passdb {{
  driver = static
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


class Mailbox:
    """The user ``help`` and what stands in his folders."""

    user, password, host = "help", "s3cret", "127.0.0.1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
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
