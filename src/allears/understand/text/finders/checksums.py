"""Whether a number is what it looks like: check digits as their issuers define them."""

from __future__ import annotations

from datetime import date
from typing import Final

PROVINCES: Final = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
_CN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TW_LETTERS: Final = dict(
    zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True)  # issued in this order of regions
)
_NRIC: Final = {"S": (0, "JZIHGFEDCBA"), "T": (4, "JZIHGFEDCBA"), "F": (0, "XWUTRQPNMLK"), "G": (4, "XWUTRQPNMLK")}
_NRIC_M: Final = (3, "XWUTRQPNJLK")


def luhn(digits: str) -> bool:
    """Payment cards (ISO/IEC 7812-1, annex B)."""
    doubled = sum(sum(divmod(2 * int(each), 10)) for each in digits[-2::-2])
    return (doubled + sum(int(each) for each in digits[-1::-2])) % 10 == 0


def chinese_id(number: str) -> bool:
    """Citizen identity number of 18 characters (GB 11643-1999): region, date of birth, check character."""
    if number[:2] not in PROVINCES or not _is_day(number[6:14]):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(number[:17], _CN_WEIGHTS, strict=True)) % 11
    return "10X98765432"[rest] == number[17].upper()


def old_chinese_id(number: str) -> bool:
    """The former 15 figures: region and date of birth; there is no check digit."""
    return number[:2] in PROVINCES and _is_day("19" + number[6:12])


def iban(number: str) -> bool:
    """ISO 13616: the remainder by 97 is 1."""
    moved = number[4:] + number[:4]
    return int("".join(str(int(each, 36)) for each in moved)) % 97 == 1


def french_nir(number: str) -> bool:
    """Registration number of INSEE: 97 less the remainder by 97; Corsica's departments count as 19 and 18."""
    plain = number.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return plain.isdigit() and len(plain) == 15 and 97 - int(plain[:13]) % 97 == int(plain[13:])


def hong_kong_id(letters: str, digits: str, check: str) -> bool:
    """Weighted sum over a space or letter, a letter and six figures, by 11."""
    values = [36 if each == " " else int(each, 36) for each in letters.rjust(2)] + [int(each) for each in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + int(check, 36)) % 11 == 0


def taiwan_id(number: str) -> bool:
    """A letter for the region, then nine figures, by 10."""
    tens, ones = divmod(_TW_LETTERS[number[0]], 10)
    body = sum(int(digit) * weight for digit, weight in zip(number[1:9], range(8, 0, -1), strict=True))
    return (tens + 9 * ones + body + int(number[9])) % 10 == 0


def singapore_id(number: str) -> bool:
    """NRIC and FIN: weighted sum by 11, then a letter of the series."""
    offset, letters = _NRIC.get(number[0], _NRIC_M)
    total = sum(int(digit) * weight for digit, weight in zip(number[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    return letters[(total + offset) % 11] == number[8]


def _is_day(figures: str) -> bool:
    try:
        day = date(int(figures[:4]), int(figures[4:6]), int(figures[6:8]))
    except ValueError:
        return False
    return 1850 < day.year < 2100
