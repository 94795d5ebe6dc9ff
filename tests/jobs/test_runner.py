"""The worker's loops: when they give their connections back."""

import pytest

from allears.jobs import runner
from allears.jobs.bell import ring_local
from allears.jobs.runner import KEPT_LOOKS, Runner


class Scripted:
    """Turns of a loop, each a word: ``rung`` when the bell rings meanwhile, ``quiet`` when it does not."""

    def __init__(self, of: Runner, words: list[str]) -> None:
        self._runner, self._words = of, words
        self.turn = 0

    def __call__(self) -> int:
        if self._words[self.turn] == "rung":
            ring_local("scripted")
        self.turn += 1
        if self.turn == len(self._words):
            self._runner.stop()
        return 0


def given_back_after(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> list[int]:
    """The turns after which the connection was given back."""
    loops = Runner(owner="tests")
    script = Scripted(loops, words)
    turns: list[int] = []
    monkeypatch.setattr(runner, "close_old_connections", lambda: turns.append(script.turn))
    monkeypatch.setattr(runner.connection, "close", lambda: None)
    loops._turn("scripted", "scripted", script, 0.001)
    return turns


@pytest.fixture
def on_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.settings, "DATABASE_URL", "postgresql://somewhere")


@pytest.fixture
def on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.settings, "DATABASE_URL", "")


@pytest.mark.usefixtures("on_postgresql")
def test_a_loop_that_is_rung_keeps_its_connection_and_a_quiet_one_gives_it_to_the_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert given_back_after(monkeypatch, ["rung", "rung", "quiet", "quiet", "rung", "rung", "quiet"]) == [4, 5]


@pytest.mark.usefixtures("on_sqlite")
def test_a_file_stays_open_between_looks_and_is_opened_anew_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given_back_after(monkeypatch, ["quiet"] * (2 * KEPT_LOOKS)) == [KEPT_LOOKS, 2 * KEPT_LOOKS]
