"""What a voice is besides its words, as terms of the same index: where it was said, by whom, how it feels, its tags,
and what else is told of it (see ``beside``).

Attributes of customers, and segments, mark voices where somebody follows them (``following``): there are very many, and
what nobody asks for would cost every voice.

A frequent word and a rare filter are then met by the index itself, at the cost of the rarer of the two. A mark is a
letter and a number or a name, and stands apart from the words (see ``storing``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any, Final

from allears.listen.feelings import feeling_of
from allears.listen.models import MarkedAttribute, Voice
from allears.listen.words.terms import Part


@dataclass(frozen=True, kw_only=True)
class All:
    """Words and marks together, where one mark might stand."""

    marks: "Marks"
    words: Sequence[Part] = ()


Choice = Sequence[str | All]
Marks = Sequence[Choice]  # one of each must be there
MOST = 500  # of one choice; of more, whoever asks looks at each voice instead
COLUMNS = (
    "pk", "workspace_id", "text", "touchpoint_id", "customer_id", "source_kind", "sentiment", "metric", "score",
    "repeats_id", "segment",
)  # fmt: skip


def of_voice(voice: Voice, tags: Iterable[int]) -> list[str]:
    """All its marks."""
    found = [_standing(voice.workspace_id, repeats=voice.repeats_id is not None), at_source(voice.source_kind)]
    if voice.touchpoint_id is not None:
        found.append(at_touchpoint(voice.touchpoint_id))
    if voice.customer_id is not None:
        found.append(by_customer(voice.customer_id))
    if feeling := feeling_of(voice):
        found.append(felt(feeling))
    return found + [with_tag(each) for each in tags]


def _standing(workspace_id: int, *, repeats: bool) -> str:
    return f"{'r' if repeats else 'w'}{workspace_id}"


def counted(workspace_id: int) -> list[str]:
    """Voices of a workspace that repeat no other."""
    return [_standing(workspace_id, repeats=False)]


def every(workspace_id: int) -> list[str]:
    """Voices of a workspace, repeated ones too."""
    return [_standing(workspace_id, repeats=repeats) for repeats in (False, True)]


def at_touchpoint(number: int) -> str:
    return f"t{number}"


def by_customer(number: int) -> str:
    return f"c{number}"


def at_source(kind: str) -> str:
    return f"s{kind}"


def felt(feeling: str) -> str:
    return f"f{feeling}"


def with_tag(number: int) -> str:
    return f"g{number}"


_POLARITY: Final = {1: "good", -1: "bad"}


def labelled(code: str, polarity: int | None = None) -> str:
    """Two codes that differ in signs only share a mark: whoever looks for one looks at what is found once more."""
    return "l" + "".join(filter(str.isalnum, code)) + _POLARITY.get(polarity or 0, "")


def choice(found: Iterable[Any], mark: Any) -> list[Choice]:
    """That one of these must be there, as one choice; nothing where they are too many to name."""
    names = [mark(each) for each in found]
    return [names] if len(names) <= MOST else []


SEGMENT: Final = ""  # stands for the voice's own segment among the names of attributes


def follow(*, workspace_id: int, name: str) -> None:
    """Have voices marked by this attribute from now on, and those of the past by the worker, step by step."""
    MarkedAttribute.objects.in_workspace(workspace_id).get_or_create(workspace_id=workspace_id, name=name)


def followed(*, workspace_id: int) -> set[str]:
    """The attributes by which all voices of the workspace are marked."""
    rows = MarkedAttribute.objects.in_workspace(workspace_id).filter(is_marked=True)
    return set(rows.values_list("name", flat=True))


def of_attributes(names: Collection[str], voice: Voice, attributes: Mapping[str, object]) -> list[str]:
    told = {**attributes, SEGMENT: voice.segment}
    return [with_attribute(name, value) for name in sorted(names) if isinstance(value := told.get(name), str) and value]


def with_attribute(name: str, value: str) -> str:
    """Of any letters, and none of them to be read in the index."""
    return "a" + blake2s(f"{name}={value}".encode(), digest_size=8).hexdigest()
