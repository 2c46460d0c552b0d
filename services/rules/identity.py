"""Who somebody is (身份): numbers that prove themselves, and names that are the same name.

The ID card is GB 11643, the unified social credit code GB 32100.
"""

import re
import unicodedata
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: What people type for the middle dot (间隔号) of a name, once full width is gone.
_DOTS = str.maketrans(dict.fromkeys(".•‧∙⋅・", "·"))
_CHECKS = "10X98765432"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def normal(text: str) -> str:
    """Return `text` as it is stored: half-width, upper case, no spaces around."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two spellings are one name: width, spaces and the kind of middle dot say nothing."""
    return _spelled(one) == _spelled(other)


def _spelled(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).translate(_DOTS).casefold()


def is_id_card(number: str) -> bool:
    """Tell whether `number` is a possible ID card: 18 characters, a real day, a right check."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number, re.ASCII) or birth_date(number) is None:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == number[17]


def birth_date(id_card: str) -> date | None:
    """Return the day of birth that an ID card states, or None where there is no such day."""
    try:
        return date(int(id_card[6:10]), int(id_card[10:12]), int(id_card[12:14]))
    except ValueError:
        return None


def is_uscc(code: str) -> bool:
    """Tell whether `code` is a possible unified social credit code."""
    if not re.fullmatch(f"[{_USCC}]{{18}}", code):
        return False
    total = sum(
        _USCC.index(character) * weight
        for character, weight in zip(code, _USCC_WEIGHTS, strict=False)
    )
    return _USCC[-total % 31] == code[17]


def is_mobile(number: str) -> bool:
    return bool(re.fullmatch(r"1[3-9]\d{9}", number, re.ASCII))


def masked(number: str) -> str:
    """Return an identity number for the screen: the first six and the last four stay."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else number  # noqa: PLR2004
