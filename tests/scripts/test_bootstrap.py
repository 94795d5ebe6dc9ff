"""What a machine lacks is said in words, with the way to get it, and nothing is changed before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / "venv"))
    return tmp_path


def test_too_old_a_python_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit):
        bootstrap.check_python()
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer" in said
    assert "is 3.9.2. Nothing was changed." in said


def test_without_venv_and_pip_the_package_to_install_is_named(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda: False)
    failed = subprocess.CompletedProcess(args=[], returncode=1)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SystemExit):
        bootstrap.make_venv()
    assert "sudo apt-get install python3-venv" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


def test_who_is_not_root_is_told_all_that_is_missing_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = (("chromium", lambda: False, "the browser tests"), ("postgresql", lambda: False, "PostgreSQL"))
    monkeypatch.setattr(bootstrap, "SYSTEM_PACKAGES", packages)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit):
        bootstrap.install_system_packages()
    assert "sudo apt-get install --no-install-recommends chromium postgresql" in capsys.readouterr().err


def test_nothing_is_installed_twice_and_the_tools_include_what_runs(elsewhere: Path) -> None:
    (elsewhere / "venv").mkdir()
    assert not bootstrap.is_current("run")
    Path(bootstrap.stamp_path("dev")).write_text(bootstrap.wanted_state(bootstrap.lock_path("dev")))
    assert bootstrap.is_current("dev")
    assert bootstrap.is_current("run")
    Path(bootstrap.stamp_path("dev")).write_text("the state of an older lock")
    assert not bootstrap.is_current("run")


def test_script_runs_on_nothing_but_the_standard_library() -> None:
    isolated = [sys.executable, "-I", "-S", bootstrap.__file__, "--help"]
    done = subprocess.run(isolated, capture_output=True, text=True, check=False)
    assert (done.returncode, "--system" in done.stdout) == (0, True)
