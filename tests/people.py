"""Invented people's ID card numbers, right to the check character."""

from datetime import date, timedelta

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def id_number(serial: int) -> str:
    """Return the number of the `serial`th invented person, a man of Kaili between 20 and 55."""
    born = date(1972, 1, 1) + timedelta(days=serial % 12_000)
    body = f"522601{born:%Y%m%d}{2 * (serial // 12_000) + 901:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % len(_CHECKS)]
