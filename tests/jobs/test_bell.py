"""Bells: a ring wakes, a ring while awake is kept, and a deep data folder does no harm."""

import threading
from pathlib import Path
from typing import Any

import pytest

from allears.jobs import bell
from allears.jobs.bell import Bell, ring_local


@pytest.fixture(params=["short", "deep"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Path:
    settings.RUN_DIR = tmp_path if request.param == "short" else tmp_path / ("deep" * 30)
    return Path(settings.RUN_DIR)


def test_a_ring_wakes_every_listener_of_its_topic(folder: Path) -> None:
    with Bell("intake") as one, Bell("intake") as two, Bell("jobs") as other:
        ring_local("intake")
        assert (one.wait(1), two.wait(1), other.wait(0)) == (True, True, False)
        assert one.wait(0) is False


def test_it_wakes_who_sleeps_and_keeps_what_rang_before(folder: Path) -> None:
    with Bell("intake") as ours:
        ring_local("intake")
        ring_local("intake")
        assert ours.wait(0)
        threading.Timer(0.05, ring_local, ["intake"]).start()
        assert ours.wait(60)  # true for a ring alone, not for the time being over


def test_sockets_of_the_dead_are_removed(folder: Path) -> None:
    left = Bell("intake")
    left._socket.close()
    ring_local("intake")
    assert not left._path.exists()
    assert len(bytes(left._path)) <= bell.LONGEST_PATH


def test_the_last_who_waited_leaves_no_folder_behind(folder: Path) -> None:
    with Bell("intake") as first:
        with Bell("jobs"):
            pass
        assert first._path.exists()
    assert not first._path.parent.exists()
    ring_local("intake")
    assert not bell.is_heard_here("intake")
    with Bell("intake") as again:
        ring_local("intake")
        assert again.wait(1)


def test_many_who_come_and_go_find_a_place(folder: Path) -> None:
    fallen: list[OSError] = []

    def come_and_go() -> None:
        try:
            for _ in range(200):
                with Bell("desk"):
                    pass
        except OSError as error:
            fallen.append(error)

    crowd = [threading.Thread(target=come_and_go) for _ in range(4)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert fallen == []
