"""Letters as people sign them: what is not theirs goes, what may be stays."""

from pathlib import Path

import pytest

from allears.listen.sources.kinds.imap.quoting import own_words
from allears.listen.sources.kinds.imap.signing_off import without_sign_off

LETTERS = Path(__file__).with_name("sign_offs.txt").read_text(encoding="utf-8").split("\n=== ")[1:]


def read(letter: str) -> tuple[str, str, str]:
    """(how the mail names its sender, the letter, the writer's words)."""
    lines = letter.rstrip("\n").split("\n")[1:]
    sender, body = lines[0].removeprefix("@ "), lines[1:]
    kept = "\n".join(line for line in body if not line.startswith("~"))
    return sender, "\n".join(line.removeprefix("~") for line in body), kept


def plain(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def test_letters_were_held_out() -> None:
    assert [sum(each.startswith(part) for each in LETTERS) for part in ("fit\n", "held\n")] == [28, 22]


@pytest.mark.parametrize("letter", LETTERS, ids=lambda each: f"{each.split(chr(10), 1)[0]}-{LETTERS.index(each)}")
def test_only_what_is_certainly_not_the_writers_is_left_out(letter: str) -> None:
    sender, text, words = read(letter)
    assert plain(own_words(text, is_answer=True, writer=sender)) == plain(words)


@pytest.mark.parametrize(
    "text",
    [
        "This message " * 30_000 + "confidential",
        "Best regards\n" + "A " * 200_000,
        "x\n\n" + "A" * 300_000 + "\n" + "+1 " * 90_000,
        "本邮件" * 90_000,
        "kind " * 90_000 + "\nthanks " * 90_000,
        "CAUTION " * 90_000,
    ],
)
def test_no_letter_makes_it_slow(text: str) -> None:
    """Each of these would take minutes where neighbours of a pattern match the same characters."""
    assert len(without_sign_off(text, writer="Zoe <zoe@example.test>")) <= len(text)
