"""A MariaDB of the run's own, where it is installed: the package is too large to ask of every machine of the checks."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from tests.support.processes import die_with_parent, free_port, wait_until

PROGRAM = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")


class MariaServer:
    """User ``reader`` may only read, ``root`` may all; both without a socket."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM is not None
        user = "mysql" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        account = pwd.getpwnam(user)
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        data = self.folder / "data"
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}", "--skip-test-db"]
        own = {**os.environ, "TMPDIR": str(self.folder)}
        install.append("--auth-root-authentication-method=normal")
        subprocess.run(install, check=True, capture_output=True, env=own)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "--no-defaults", f"--datadir={data}", f"--user={user}", f"--port={self.port}",
                 "--bind-address=127.0.0.1", f"--socket={self.folder}/sock", f"--pid-file={self.folder}/pid",
                 "--innodb-buffer-pool-size=16M", "--skip-log-bin", "--skip-name-resolve"],
                stdout=log, stderr=log, preexec_fn=die_with_parent, env=own,
            )  # fmt: skip
        wait_until(self._answers, seconds=60, what=f"MariaDB to start (log: {self.folder}/log)")
        self.run(
            "CREATE DATABASE shop CHARACTER SET utf8mb4",
            "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'r3ad'",
            "GRANT ALL ON shop.* TO reader@'127.0.0.1'",  # more than it needs: we ourselves must not write
        )

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(unix_socket=f"{self.folder}/sock", user="root", autocommit=True, charset="utf8mb4")

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except pymysql.MySQLError:
            return False
        return True

    def run(self, *statements: str) -> None:
        connection = self._connect()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()  # nothing of it is needed any more, and an orderly end takes seconds
            self._process.wait(timeout=30)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaServer]:
    if PROGRAM is None:
        raise RuntimeError(
            "MariaDB is not installed: apt-get install --no-install-recommends mariadb-server, or `make test` as root"
        )
    folder = Path(tempfile.mkdtemp(prefix="allears-maria-"))
    os.chmod(folder, 0o755)
    server = MariaServer(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
