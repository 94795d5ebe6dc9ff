"""A cell that a spreadsheet typed anew while somebody mended the cell beside it means what it meant before.

Opening and saving a table turns `007` into 7, `123456789012345678` into 1.23456789012346E+17, `+8613…` into a number,
`05/03/2026` into a day by the country of the machine, `10:30` into `10:30:00` and `-fine` into an error. None of it was
meant, and an id that lost a digit would name somebody else. Pure: text in, text out.
"""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

LEAST_EXACT = 15  # digits that a spreadsheet keeps of a number
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"([0-9]{1,4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,4})日?(?:[ T]+([0-9:.]+))?")
_WRITTEN_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9:.]+))?")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.0*)?")
_FAULTS = {"#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"}


def as_it_was(now: str, before: str) -> str:
    """``before`` where a spreadsheet alone explains the difference, else ``now``."""
    told, was = now.strip(), before.strip()
    if told == was:
        return before
    if not (told and was):
        return now
    explained = (
        told.split() == was.replace("_x000D_", "").split()
        or (told.casefold() == was.casefold() and told.casefold() in {"true", "false"})
        or (told in _FAULTS and was[:1] in {"=", "+", "-", "@"})
        or _is_number(told, was)
        or _is_day(told, was)
        or _is_clock(told, was)
    )
    return before if explained else now


def _is_number(told: str, was: str) -> bool:
    share = was.endswith("%")
    was = was.removesuffix("%")
    if not (_NUMBER.fullmatch(told) and _NUMBER.fullmatch(was)):
        return False
    with localcontext(prec=80):
        new, old = Decimal(told), Decimal(was).scaleb(-2 if share else 0)
        return new == old or _is_shortened(new, old, shown=told)


def _is_shortened(new: Decimal, old: Decimal, *, shown: str) -> bool:
    """Whether digits at the end fell away, rounded or cut, as they do beyond fifteen or where `1.23E+17` is shown."""
    kept = len(_digits(new))
    exact = kept >= LEAST_EXACT
    if kept >= len(_digits(old)) or not (exact or "e" in shown.lower()):
        return False
    place = Decimal((0, (1,), old.adjusted() - kept + 1))
    ways = (ROUND_HALF_EVEN, ROUND_HALF_UP, *([ROUND_DOWN] if exact else []))
    return any(old.quantize(place, rounding=way) == new for way in ways)


def _digits(number: Decimal) -> str:
    return "".join(map(str, number.as_tuple().digits)).strip("0")


def _is_day(told: str, was: str) -> bool:
    new, old = _WRITTEN_DAY.fullmatch(told), _DAY.fullmatch(was)
    if not (new and old) or _clock(new[4]) is None or _clock(new[4]) != _clock(old[4]):
        return False
    year, month, day = int(new[1]), int(new[2]), int(new[3])
    first, second, third = int(old[1]), int(old[2]), int(old[3])
    years = {year, year % 100}
    if len(old[1]) > 2:
        return (first, second, third) == (year, month, day)
    return (third in years and {first, second} == {month, day}) or (first in years and (second, third) == (month, day))


def _is_clock(told: str, was: str) -> bool:
    return _CLOCK.fullmatch(told) is not None and _clock(told) == _clock(was)


def _clock(text: str | None) -> tuple[int, int, int] | None:
    """Hours, minutes and seconds; midnight where none is told, None where it is no time of day."""
    found = _CLOCK.fullmatch(text or "0:00")
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
