"""The Chinese catalogue: what is used is translated and the other way round."""

import gettext
import io
from pathlib import Path

import pytest

from scripts import messages

TEMPLATE = """
    <p>{% translate "Score" %}</p>
  {% blocktranslate trimmed count counter=n %}
    {{ counter }} open case
  {% plural %}
    {{ counter }} open cases
  {% endblocktranslate %}
      {% translate "May" context "month" %} {# Translators: never mind #}
"""
PYTHON = 'label = _("Hello, %(name)s") % {"name": name}\n'
SCRIPT = 'const title = gettext("Live wall");\n'
CHINESE = """
msgid "Score"
msgstr "得分"

msgid "%(counter)s open case"
msgid_plural "%(counter)s open cases"
msgstr[0] "%(counter)s 个未结工单"

msgctxt "month"
msgid "May"
msgstr "五月"

msgid "Hello, %(name)s"
msgstr "%(name)s，您好"

msgid "Live wall"
msgstr "实时墙"
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "src" / "allears"
    for name, text in {"templates/a.html": TEMPLATE, "b.py": PYTHON, "c.ts": SCRIPT}.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    write_fragment(package, "area", CHINESE)
    return package


def write_fragment(package: Path, name: str, text: str) -> None:
    (package / "locale" / "zh").mkdir(parents=True, exist_ok=True)
    (package / "locale" / "zh" / f"{name}.po").write_text(text, encoding="utf-8")


def problems(package: Path) -> list[str]:
    fragments = messages.read_fragments(package / "locale" / "zh")
    return messages.problems_between(messages.used_messages(package), fragments)


def test_messages_of_templates_python_and_scripts_are_found(package: Path) -> None:
    assert set(messages.used_messages(package)) == {
        (None, "Score", None),
        (None, "%(counter)s open case", "%(counter)s open cases"),
        ("month", "May", None),
        (None, "Hello, %(name)s", None),
        (None, "Live wall", None),
    }
    assert messages.used_messages(package)[(None, "Live wall", None)] == "src/allears/c.ts:1"


def test_whole_translation_has_no_problems_and_compiles_to_the_same_bytes(package: Path) -> None:
    assert problems(package) == []
    fragments = messages.read_fragments(package / "locale" / "zh")
    first = messages.compiled(fragments)
    assert first == messages.compiled(messages.read_fragments(package / "locale" / "zh"))
    chinese = gettext.GNUTranslations(io.BytesIO(first))
    assert chinese.gettext("Score") == "得分"
    assert chinese.ngettext("%(counter)s open case", "%(counter)s open cases", 2) == "%(counter)s 个未结工单"
    assert chinese.pgettext("month", "May") == "五月"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('msgstr "得分"', 'msgstr ""', "missing: 'Score' at src/allears/templates/a.html:2"),
        ('msgid "Score"', 'msgid "Skore"', "missing: 'Score' at src/allears/templates/a.html:2"),
        ('msgid "Score"', '#, fuzzy\nmsgid "Score"', "marked fuzzy: 'Score' in area.po:3"),
        ("%(name)s，您好", "您好", "placeholders differ: 'Hello, %(name)s' in area.po:13"),
    ],
)
def test_gap_is_named(package: Path, old: str, new: str, problem: str) -> None:
    write_fragment(package, "area", CHINESE.replace(old, new))
    assert problem in problems(package)


def test_translation_nobody_uses_is_named(package: Path) -> None:
    write_fragment(package, "old", 'msgid "Gone"\nmsgstr "没了"\n')
    assert problems(package) == ["obsolete: 'Gone' in old.po:1"]


def test_two_fragments_may_agree_but_not_differ(package: Path) -> None:
    write_fragment(package, "other", 'msgid "Score"\nmsgstr "得分"\n')
    assert problems(package) == []
    write_fragment(package, "other", 'msgid "Score"\nmsgstr "分数"\n')
    assert problems(package) == ["translated twice, differently: 'Score' in area.po:2 and other.po:1"]
