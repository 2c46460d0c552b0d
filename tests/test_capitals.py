"""Amounts in capitals (scenario A7)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.capitals import capitals

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("468936.00", "肆拾陆万捌仟玖佰叁拾陆元整"),
        ("468000.00", "肆拾陆万捌仟元整"),
        ("4726.30", "肆仟柒佰贰拾陆元叁角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("100010.05", "壹拾万零壹拾元零伍分"),
        ("12000", "壹万贰仟元整"),
        ("14178.00", "壹万肆仟壹佰柒拾捌元整"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("0.15", "壹角伍分"),
        ("10.00", "壹拾元整"),
        ("10000.00", "壹万元整"),
        ("10001.00", "壹万零壹元整"),
        ("1001000.00", "壹佰万壹仟元整"),
        ("100000000.00", "壹亿元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100100000.00", "壹亿零壹拾万元整"),
        ("1000000000000.00", "壹万亿元整"),
        ("9999999999999999.99", "玖仟玖佰玖拾玖万亿玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)  # fmt: skip
def test_an_amount_is_spelt_as_vouchers_have_it(amount, words) -> None:
    assert capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "10000000000000000"])
def test_what_is_no_amount_is_refused(amount) -> None:
    with pytest.raises(ValueError, match=amount.lstrip("-")[:4]):
        capitals(Decimal(amount))


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_no_amount_is_spelt_with_a_double_or_a_trailing_zero_and_reads_back(fen) -> None:
    words = capitals(Decimal(fen).scaleb(-2))
    assert "零零" not in words
    if fen:
        assert "零元" not in words
    assert _read(words) == fen


def _read(words: str) -> int:
    """Read capitals back, independently: sections by 亿 and 万, then 角 and 分."""
    yuan, _, rest = words.partition("元") if "元" in words else ("", "", words)
    fen = 0
    for mark, worth in (("角", 10), ("分", 1)):
        if mark in rest:
            fen += DIGITS[rest[rest.index(mark) - 1]] * worth
    return _section(yuan) * 100 + fen


def _section(words: str) -> int:
    for mark, worth in (("亿", 10**8), ("万", 10**4)):
        if mark in words:
            head, _, tail = words.rpartition(mark) if mark == "亿" else words.partition(mark)
            return _section(head) * worth + _section(tail)
    value, digit = 0, 0
    for word in words:
        if word in PLACES:
            value, digit = value + digit * PLACES[word], 0
        else:
            digit = DIGITS[word]
    return value + digit
