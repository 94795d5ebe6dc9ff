"""Telephone numbers in E.164, the country that completes them, and the spellings they were kept in before.

An extension stays with its number as RFC 3966 writes it (``+862165432100;ext=801``): two colleagues behind one
switchboard are two people.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import phonenumbers

EXTENSION = ";ext="
NOWHERE = "ZZ"  # said on purpose: numbers without a country code stay as they are
OF_LANGUAGE = {"zh": "CN"}  # the country that a language speaks for where the time zone names none
LONG_ENOUGH = 10  # digits that hold an area code
WITH_COUNTRY = 12  # digits that no country without a country code of its own has
_NO_DETOUR = re.compile(r"\+861[3-9][0-9]{9}|\+1[2-9][0-9]{2}[2-9][0-9]{6}")  # most of all; nothing to be looked up
_CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@lru_cache(maxsize=65_536)
def e164(phone: str, region: str) -> str:
    """A cleaned number in E.164; as it is where it cannot be read, for example without a country code or region."""
    number, mark, extension = phone.partition(EXTENSION)
    return f"{_world(number, '' if region == NOWHERE else region)}{mark}{extension}"


def main_number(phone: str) -> str:
    """The number without its extension."""
    return phone.partition(EXTENSION)[0]


def spelt_before(phone: str) -> Iterator[str]:
    """How a number was kept when no country completed it: as it is dialled at home, and without the plus."""
    number, mark, extension = phone.partition(EXTENSION)
    parsed = _read(number) if number.startswith("+") else None
    if parsed is None:
        return
    import phonenumbers

    inland = phonenumbers.national_significant_number(parsed)
    for each in (inland, f"0{inland}", number[1:]):
        yield f"{each}{mark}{extension}"


def _world(number: str, region: str) -> str:
    if not number or _NO_DETOUR.fullmatch(number):
        return number
    if number.startswith("+"):
        return _possible(number) or (_possible("00" + number[1:], region) if region else "") or number
    if region == "CN" and _CHINESE_MOBILE.fullmatch(number):
        return "+86" + number
    return _inland(number, region) or number


def _inland(number: str, region: str) -> str:
    """A number without a plus: one of the region, else of the country that it begins with."""
    home = _read(number, region) if region else None
    if home is not None and _valid(home):
        return _written(home)
    if len(number) >= WITH_COUNTRY and (abroad := _read("+" + number)) is not None and _valid(abroad):
        return _written(abroad)
    if home is None:
        return ""
    if home.country_code != 1 and _CHINESE_MOBILE.fullmatch(number):  # which few others can be taken for
        return "+86" + number
    has_area = number.startswith("0") or len(number) >= LONG_ENOUGH
    return _written(home) if has_area and _fits(home) else ""


def _possible(number: str, region: str = "") -> str:
    read = _read(number, region)
    return _written(read) if read is not None and _fits(read) else ""


def _read(number: str, region: str = "") -> "phonenumbers.PhoneNumber | None":
    import phonenumbers

    try:
        return phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return None


def _fits(read: "phonenumbers.PhoneNumber") -> bool:
    import phonenumbers

    return bool(phonenumbers.is_possible_number_with_reason(read) == phonenumbers.ValidationResult.IS_POSSIBLE)


def _valid(read: "phonenumbers.PhoneNumber") -> bool:
    import phonenumbers

    return bool(phonenumbers.is_valid_number(read))


def _written(read: "phonenumbers.PhoneNumber") -> str:
    import phonenumbers

    return str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))


def region_of(*, zone: str, language: str) -> str:
    """The country of a workspace as far as its time zone, or else its language, tells; empty: neither does."""
    return _countries().get(zone, "") or OF_LANGUAGE.get(language.partition("-")[0].lower(), "")


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone, by the tables of the zones' own project; older names share that of the new one."""
    folder = files("tzdata").joinpath("zoneinfo")
    lines = folder.joinpath("zone.tab").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    found = {row[2]: row[0] for row in rows}
    for line in folder.joinpath("tzdata.zi").read_text().splitlines():
        if line.startswith("L "):
            _link, target, alias = line.split(" ")
            if target in found:
                found.setdefault(alias, found[target])
    return found
