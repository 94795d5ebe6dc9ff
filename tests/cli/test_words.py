"""The commands speak Chinese to a terminal that asks for it, and English as ever to any other."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from allears.cli import words

LOCALES = ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")  # three words on end
WALK = """
import json, typer
from typer.testing import CliRunner
from allears.cli.main import app

def walk(command, names):
    shown = CliRunner().invoke(app, [*names, "--help"], terminal_width=200, env={"COLUMNS": "200"}).output
    yield " ".join(names), {"shown": shown, "says": command.help,
        "options": {each.opts[-1]: getattr(each, "help", None) for each in command.params}}
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, [*names, name])

print(json.dumps(dict(walk(typer.main.get_command(app), []))))
"""


REFUSE = """
import json, sys
from typer.testing import CliRunner
from allears.cli.main import app

done = [CliRunner().invoke(app, given) for given in json.loads(sys.argv[1])]
print(json.dumps([[each.exit_code, each.stderr] for each in done]))
"""


def spoken(**locales: str) -> dict[str, str]:
    """An environment with these locale settings and no others."""
    return {name: value for name, value in os.environ.items() if name not in LOCALES} | locales


def allears(*arguments: str | Path, **locales: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "allears.cli", *map(str, arguments)]
    return subprocess.run(command, env=spoken(**locales), capture_output=True, text=True, check=False)


def every_help(**locales: str) -> dict[str, Any]:
    command = [sys.executable, "-c", WALK]
    done = subprocess.run(command, env=spoken(**locales), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_TW"}, "zh-hans"),
        ({"LANG": "zh-Hans"}, "zh-hans"),
        ({"LANG": "zha_CN.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-hans"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_US:zh_CN"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "fr"}, "zh-hans"),
        ({"LANGUAGE": "zh"}, "zh-hans"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh"}, "en"),
    ],
)
def test_the_language_is_chosen_as_gettext_chooses_it(
    monkeypatch: pytest.MonkeyPatch, locales: dict[str, str], language: str
) -> None:
    for name in LOCALES:
        monkeypatch.delenv(name, raising=False)
    for name, value in locales.items():
        monkeypatch.setenv(name, value)
    assert words.language() == language


def test_every_command_and_option_has_chinese_help() -> None:
    found = every_help(LC_ALL="zh_CN.UTF-8")
    assert len(found) > 25
    without = [name for name, each in found.items() if not CHINESE.search(each["says"])]
    without += [
        f"{name} {option}"
        for name, each in found.items()
        for option, says in each["options"].items()
        if not CHINESE.search(says or "")
    ]
    assert without == []
    for each in found.values():
        shown = each["shown"]
        assert ENGLISH_SENTENCE.findall(shown.partition("\n\n")[2]) == []
        assert [word for word in ("用法：", "选项", "显示本帮助。") if word not in shown] == []
        assert [word for word in ("Usage", "Options", "Arguments", "Show this", "default:", "…") if word in shown] == []


def test_long_chinese_help_is_wrapped_and_not_cut() -> None:
    shown = allears("--help", LANG="zh_CN.UTF-8", COLUMNS="60").stdout
    said = re.sub(r"[\s│]", "", shown)
    assert ("退出码为1。" in said, "…" in said) == (True, False)


def test_other_terminals_are_spoken_to_in_english() -> None:
    found = every_help(LC_ALL="en_US.UTF-8")
    assert [name for name, each in found.items() if CHINESE.search(str(each))] == []
    assert "Usage: " in found["serve"]["shown"]
    assert found["serve"]["says"] == "Run All Ears until Ctrl-C."


def test_what_typer_refuses_is_said_in_chinese_too() -> None:
    done = allears("liste", LANG="zh_CN.UTF-8")
    assert (done.returncode, "没有 'liste' 这个命令。" in done.stderr, "出错" in done.stderr) == (2, True, True)


REFUSED = [
    (["liste"], "没有 'liste' 这个命令。"),
    (["servee"], "没有 'servee' 这个命令。您是不是要用 'serve'？"),
    (["lake", "sqll"], "没有 'sqll' 这个命令。您是不是要用 'sql'？"),
    (["score"], "缺少参数 'metric'。"),
    (["annotate", "x.csv"], "缺少选项 '--text'。"),
    (["score", "nps", "--by"], "选项 '--by' 需要一个取值。"),
    (["score", "nps", "--json=x"], "选项 '--json' 不带取值。"),
    (["score", "nps", "--bogus"], "没有选项 --bogus"),
    (["score", "nps", "--jso"], "没有选项 --jso。可用的有：--json"),
    (["score", "nps", "more"], "多余的参数：more"),
    (["score", "nps", "--data", "none"], "取值无效：没有数据目录 none。请先新建：allears init --data none"),
    (["serve", "--port", "x"], "'--port'（环境变量 'ALLEARS_PORT'） 的取值无效：须为整数"),
    (["demo", "--customers", "3"], "'--customers' 的取值无效：不得小于 20"),
]


def test_each_kind_of_refusal_is_chinese() -> None:
    """In one process: each start of a command costs a second."""
    command = [sys.executable, "-c", REFUSE, json.dumps([given for given, _ in REFUSED])]
    env = spoken(LANG="zh_CN.UTF-8", COLUMNS="160")
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    told = [
        [code, re.sub(r"[╭─╮│╰╯\n]+ *", "", shown.partition("出错")[2]).strip()]
        for code, shown in json.loads(done.stdout)
    ]
    assert told == [[2, says] for _, says in REFUSED]


def test_an_english_terminal_is_refused_as_ever() -> None:
    done = allears("score", "nps", "--by", LANG="C", COLUMNS="120")
    assert "Option '--by' requires an argument." in done.stderr


def test_what_commands_print_is_chinese_and_their_json_keeps_its_names(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = allears("init", "--data", data, LANG="zh_CN.UTF-8")
    assert (made.returncode, f"数据目录  {data}\n工作区    default\n" in made.stdout) == (0, True), made.stderr
    told = allears("doctor", "--before-start", "--data", tmp_path / "none", LANG="zh_CN.UTF-8")
    assert f"错误     数据目录：{tmp_path / 'none'} 不存在" in told.stdout
    examined = allears("doctor", "--data", data, "--json", LANG="zh_CN.UTF-8")
    found = {each["subject"]: each for each in json.loads(examined.stdout)}
    assert (found["database"]["level"], found["database"]["says"]) == ("ok", "sqlite，已是最新")
    assert found["outbox"]["says"] == "0 条等待，0 条已被彻底拒绝"
    nobody = allears("erase", "nobody@example.com", "--data", data, LANG="zh_CN.UTF-8")
    assert (nobody.returncode, bool(CHINESE.search(nobody.stderr))) == (2, True)


@pytest.mark.parametrize("command", [("erase", "a@b.test"), ("lake", "check"), ("sign-in-link", "a@b.test")])
def test_where_nothing_was_made_yet_the_command_says_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = allears(*command, "--data", tmp_path, LANG="zh_CN.UTF-8")
    assert (told.returncode, told.stderr.strip()) == (
        2,
        "data：这个数据目录里没有 All Ears 数据库。请先新建：allears init --data 目录",
    )


def test_a_port_that_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    told = allears("serve", "--port", "70000", "--data", tmp_path, LANG="zh_CN.UTF-8", COLUMNS="120")
    assert (told.returncode, "不得大于 65535" in told.stderr, "Traceback" in told.stderr) == (2, True, False)


def test_a_workspace_made_in_a_chinese_terminal_speaks_chinese(tmp_path: Path) -> None:
    """Its ready-made surveys, its messages to customers whose language is unknown, the names of its keys."""
    allears("init", "--data", tmp_path, "--json", LANG="zh_CN.UTF-8")
    with sqlite3.connect(tmp_path / "allears.sqlite3") as database:
        assert database.execute("select language from accounts_workspace").fetchall() == [("zh-hans",)]


def test_columns_count_cells_and_not_characters() -> None:
    assert [words.padded("工单", 6), words.padded("工单", 6, right=True), words.padded("case", 6)] == [
        "工单  ",
        "  工单",
        "case  ",
    ]


@pytest.mark.parametrize(("locale", "says"), [("zh_CN.UTF-8", "导入 1：已导入 1 行"), ("C", "Import 1: 1 rows in")])
def test_an_import_and_its_refusals_are_told_in_the_terminals_language(tmp_path: Path, locale: str, says: str) -> None:
    data, file = tmp_path / "data", tmp_path / "voices.csv"
    file.write_text("comment,rating\n送货很快,9\n", encoding="utf-8")
    allears("init", "--data", data, "--json", LC_ALL=locale)
    done = allears("import", file, "--as", "voices", "--data", data, LC_ALL=locale, COLUMNS="160")
    assert (done.returncode, says in done.stdout) == (0, True), done.stdout + done.stderr
    refused = allears("import", file, "--as", "songs", "--data", data, LC_ALL=locale)
    assert (refused.returncode, bool(CHINESE.search(refused.stderr))) == (2, locale != "C")
    lost = allears("score", "nps", "--data", tmp_path / "none", LC_ALL=locale, COLUMNS="160")
    assert (lost.returncode, "没有数据目录" in lost.stderr) == (2, locale != "C")


def test_backup_restore_and_upgrade_are_refused_in_the_terminals_language(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    none = allears("restore", tmp_path / "none.tar", "--data", data, LANG="zh_CN.UTF-8")
    assert (none.returncode, none.stderr.strip()) == (1, f"没有文件 {tmp_path / 'none.tar'}。什么也没有恢复。")
    empty = allears("backup", "--data", data, LANG="zh_CN.UTF-8")
    assert (empty.returncode, empty.stderr.strip()) == (1, "这个数据库里还没有 All Ears，没有可备份的内容。")
    (tmp_path / "odd.tar").write_bytes(b"no archive")
    odd = allears("restore", tmp_path / "odd.tar", "--data", data, LANG="C")
    assert odd.stderr.strip().endswith("The archive is not usable; nothing was restored. Take another one.")
