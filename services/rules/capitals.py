"""Amounts of money in capitals (大写金额), as vouchers state them. Source: 正确填写票据和结算凭证的基本规定."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_GROUP = 10_000
_FULL_GROUP = 1_000
LIMIT = Decimal(10) ** 16


def capitals(amount: Decimal) -> str:
    """Return yuan in capitals: 468936.00 is 肆拾陆万捌仟玖佰叁拾陆元整.

    Raises ValueError for a negative amount, one with a part of a fen, and one of 10¹⁶ or more.
    """
    fen = amount * 100
    if amount < 0 or amount >= LIMIT or fen != int(fen):
        raise ValueError(amount)
    yuan, rest = divmod(int(fen), 100)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{whole or '零元'}整"
    return whole + _part(*divmod(rest, 10), follows=bool(yuan))


def _part(jiao: int, fen: int, *, follows: bool) -> str:
    """Spell 角 and 分; a 零 stands for the missing 角 between yuan and fen."""
    spelt = f"{_DIGITS[jiao]}角" if jiao else "零" if follows else ""
    return spelt + (f"{_DIGITS[fen]}分" if fen else "")


def _whole(yuan: int) -> str:
    """Spell whole yuan: groups of four digits, one 零 where zeros lie between."""
    spelt, is_gap = "", False
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = yuan // _GROUP**place % _GROUP
        if not group:
            is_gap = bool(spelt)
            continue
        if spelt and (is_gap or group < _FULL_GROUP):
            spelt += "零"
        spelt += _four(group) + _GROUPS[place]
        is_gap = False
    return spelt


def _four(group: int) -> str:
    spelt, is_gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if not digit:
            is_gap = bool(spelt)
            continue
        spelt += ("零" if is_gap else "") + _DIGITS[digit] + _PLACES[place]
        is_gap = False
    return spelt
