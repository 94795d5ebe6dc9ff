"""Translations: find every message, merge the Chinese fragments, compile them; `--check` refuses gaps.

Each area keeps its Chinese in a fragment of its own, `src/allears/locale/zh/<area>.po`, so that people
who work side by side do not meet in one file. The compiled catalogue is committed, because an
installation needs no tools; when git reports a conflict in it, run this script and add the result. The
commands have a small catalogue beside it, because they speak before Django is there (`allears.cli.words`).
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "allears"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
TEMPLATES = (".html", ".txt", ".eml")
NOT_OURS = {"node_modules", "migrations", "dist", "samples"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]?\d*(?:\.\d+)?[diouxXeEfFgGcrs]|(?<!\{)\{(\w*)\}(?!\})")

# context, singular, plural
Key = tuple[str | None, str, str | None]


class CatalogWithoutDates(Catalog):
    """Its header names only what gettext needs: equal translations compile to equal bytes anywhere."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", "zh_Hans"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]

    @mime_headers.setter
    def mime_headers(self, headers: object) -> None:
        """Fragments may carry any header; none of it is kept."""


@dataclass(frozen=True, kw_only=True)
class Translation:
    where: str
    text: tuple[str, ...]
    fuzzy: bool


@dataclass(kw_only=True)
class Fragments:
    by_key: dict[Key, Translation] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def messages_in(path: Path) -> Iterator[tuple[Key, int]]:
    """Every message of one source file with its line. Indentation is dropped: templates are not Python."""
    source = path.read_text(encoding="utf-8")
    method = "python"
    if path.suffix in TEMPLATES:
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    elif path.suffix == ".ts":
        method = "javascript"
    found = extract(method, io.BytesIO(source.encode()), keywords=KEYWORDS)
    for line, message, _comments, context in found:
        singular, plural = message if isinstance(message, tuple) else (message, None)
        if singular:
            yield (context, singular, plural), line


def used_messages(package: Path = PACKAGE) -> dict[Key, str]:
    """Every message of the product, with the first place that uses it."""
    used: dict[Key, str] = {}
    for path in sorted(package.rglob("*")):
        if path.suffix not in (*TEMPLATES, ".py", ".ts") or NOT_OURS & set(path.parts):
            continue
        if path.suffix in {".txt", ".eml"} and "templates" not in path.parts:
            continue
        for key, line in messages_in(path):
            used.setdefault(key, f"{path.relative_to(package.parent.parent)}:{line}")
    return used


def help_messages() -> Iterator[tuple[Key, str]]:
    """Every help text of the commands, as Typer has it, with the command that shows it."""
    os.environ["LC_ALL"] = "C"  # whoever runs this may read Chinese; the texts are looked up by their English
    import typer

    from allears.cli.main import app

    def walk(command: Any, name: str) -> Iterator[tuple[Key, str]]:
        for text in (command.help, *(getattr(each, "help", None) for each in command.params)):
            if text:
                yield (None, text, None), name
        for below, each in sorted(getattr(command, "commands", {}).items()):
            yield from walk(each, f"{name} {below}")

    yield from walk(typer.main.get_command(app), "allears")


def read_fragments(folder: Path) -> Fragments:
    fragments = Fragments()
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale="zh_Hans", abort_invalid=True)
        for message in catalog:
            if message.id:
                add_translation(fragments, message=message, where=f"{path.name}:{message.lineno}")
    return fragments


def add_translation(fragments: Fragments, *, message: object, where: str) -> None:
    ids = message.id if isinstance(message.id, tuple | list) else (message.id, None)  # type: ignore[attr-defined]
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)  # type: ignore[attr-defined]
    key: Key = (message.context, ids[0], ids[1])  # type: ignore[attr-defined]
    new = Translation(where=where, text=tuple(texts), fuzzy=message.fuzzy)  # type: ignore[attr-defined]
    old = fragments.by_key.get(key)
    if old and old.text != new.text:
        fragments.problems.append(f"translated twice, differently: {show(key)} in {old.where} and {where}")
    fragments.by_key.setdefault(key, new)


def show(key: Key) -> str:
    context, singular, _plural = key
    return f"{singular!r}" + (f" (context {context!r})" if context else "")


def placeholders(text: str) -> set[str]:
    return {named or braced for named, braced in PLACEHOLDER.findall(text)}


def problems_between(used: dict[Key, str], fragments: Fragments) -> list[str]:
    """All that keeps the Chinese console from being whole: missing, unsure, unused, lost placeholders."""
    problems = list(fragments.problems)
    for key, where in used.items():
        translation = fragments.by_key.get(key)
        if translation is None or not all(translation.text):
            problems.append(f"missing: {show(key)} at {where}")
        elif translation.fuzzy:
            problems.append(f"marked fuzzy: {show(key)} in {translation.where}")
        elif any(placeholders(text) != placeholders(key[2] or key[1]) for text in translation.text):
            problems.append(f"placeholders differ: {show(key)} in {translation.where}")
    for key, translation in fragments.by_key.items():
        if key not in used:
            problems.append(f"obsolete: {show(key)} in {translation.where}")
    return problems


def compiled(fragments: Fragments, only: Container[Key] | None = None) -> bytes:
    catalog = CatalogWithoutDates(locale="zh_Hans")
    wanted = [key for key in fragments.by_key if only is None or key in only]
    for key in sorted(wanted, key=lambda key: (key[1], key[0] or "", key[2] or "")):
        context, singular, plural = key
        text = fragments.by_key[key].text
        catalog.add((singular, plural) if plural else singular, text if plural else text[0], context=context)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def stub(key: Key) -> str:
    """An entry to paste into a fragment."""
    context, singular, plural = key

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    lines = [f"msgctxt {quoted(context)}"] if context else []
    lines.append(f"msgid {quoted(singular)}")
    lines += [f"msgid_plural {quoted(plural)}", 'msgstr[0] ""'] if plural else ['msgstr ""']
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when something is missing or stale")
    parser.add_argument(
        "--missing",
        metavar="PART",
        nargs="?",
        const="",
        help="print entries to translate, for paths with PART",
    )
    options = parser.parse_args()
    locale = PACKAGE / "locale"
    of_commands = {**used_messages(PACKAGE / "cli"), **dict(help_messages())}
    used, fragments = {**of_commands, **used_messages()}, read_fragments(locale / "zh")
    if options.missing is not None:
        wanted = [key for key, at in used.items() if key not in fragments.by_key and options.missing in at]
        print("\n".join(f"# {used[key]}\n{stub(key)}" for key in wanted))
        return 0
    problems = problems_between(used, fragments)
    for target, binary in (
        (locale / "zh_Hans" / "LC_MESSAGES" / "django.mo", compiled(fragments)),
        (locale / "zh" / "LC_MESSAGES" / "commands.mo", compiled(fragments, only=of_commands)),
    ):
        if target.exists() and target.read_bytes() == binary:
            continue
        if options.check:
            problems.append(f"stale: {target.relative_to(ROOT)}; run `make messages` and commit it")
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(binary)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(used)} messages, {len(fragments.by_key)} translations, {len(problems)} problems")
    return 1 if problems and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
