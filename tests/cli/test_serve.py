"""`allears serve`: comes up, brings back what died, and leaves nothing behind."""

import socket
import subprocess

import pytest
from tests.support.processes import descendants, is_alive, kill_now, wait_until
from tests.support.server import ALLEARS, AllEars, ServerFactory

from allears.cli.roles import ROLES

pytestmark = pytest.mark.server


def run(server: AllEars, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*ALLEARS, *arguments]
    return subprocess.run(command, env=server.env, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_each_role_comes_back_after_kill_9_and_ctrl_c_ends_all(allears_server: ServerFactory, backend: str) -> None:
    server = allears_server(backend=backend)
    for role in ROLES:
        before = server.pid(role)
        below = descendants(before)
        server.kill(role)
        wait_until(
            lambda role=role, before=before: server.pid_or_none(role) not in {None, before}, seconds=20, what=role
        )
        server.wait_ready()
        assert [pid for pid in (before, *below) if is_alive(pid)] == []
    server.stop()
    assert list((server.data / "run").glob("*.pid")) == []


def test_children_die_with_a_killed_supervisor_and_the_next_start_is_clean(allears_server: ServerFactory) -> None:
    server = allears_server()
    supervisor = server.supervisor_pid
    below = descendants(supervisor)
    assert len(below) >= len(ROLES)
    kill_now(supervisor)
    wait_until(lambda: not any(map(is_alive, below)), seconds=5, what="the children to die with their parent")
    server.start()
    assert server.supervisor_pid != supervisor


def test_a_second_serve_on_the_same_folder_is_refused_and_the_first_goes_on(allears_server: ServerFactory) -> None:
    server = allears_server()
    second = run(server, "serve", "--data", str(server.data), "--port", str(server.port + 1))
    assert second.returncode == 1
    assert "Another `allears serve` already runs" in second.stderr
    assert server.is_ready()


def test_what_prevents_a_start_is_said_before_anything_starts(allears_server: ServerFactory) -> None:
    server = allears_server(start=False)
    absent = run(server, "serve", "--data", str(server.data / "absent"))
    assert (absent.returncode, "There is no data folder" in absent.stderr) == (1, True)
    with socket.create_server(("127.0.0.1", server.port)):
        taken = run(server, "serve", "--data", str(server.data), "--port", str(server.port))
    assert (taken.returncode, f"Port {server.port} on 127.0.0.1 cannot be used" in taken.stderr) == (1, True)
    wrong = run(server, "serve", "--data", str(server.data), "--role", "cook")
    assert (wrong.returncode, "no role" in wrong.stderr) == (2, True)


def test_an_old_database_is_refused_with_the_way_out(allears_server: ServerFactory) -> None:
    server = allears_server(start=False)
    (server.data / "allears.sqlite3").unlink()
    refused = run(server, "serve", "--data", str(server.data), "--port", str(server.port))
    assert refused.returncode == 1
    assert f"allears init --data {server.data}" in refused.stderr


def test_init_twice_changes_nothing_and_shows_no_keys(allears_server: ServerFactory) -> None:
    server = allears_server(start=False)
    assert len(server.write_key) >= 32
    first = server.keys
    server.init()
    assert server.keys == {**first, "write_key": None, "api_key": None}
