"""What every peer checks and reckons: the hall's rules, written once for those beside it.

Money is whole fen. The limits and the rounding are those that `bench.center` sets.
"""

import os

RATE = 12
RATES = "12%+12%"
NORMAL = "01"
BASE_MIN, BASE_MAX = 198_000, 2_177_400
TOTAL_MIN, TOTAL_MAX = 19_800, 522_600
HEADINGS = (
    "序号", "个人账号", "姓名", "证件号码", "缴存比例", "调整前基数", "调整前月缴存额", "调整后基数",
)  # fmt: skip
#: Whose roster is worked on; its case has the same number.
EMPLOYER = int(os.environ.get("BENCH_EMPLOYER", "1"))
PEOPLE = (
    "SELECT id, account, name, id_number, status, base, employer_amount + contributor_amount"
    f" FROM contributor WHERE employer_id = {EMPLOYER}"
)
LINE = (
    "case_id", "employer_id", "row", "contributor_id", "old_base", "new_base",
    "employer_amount", "contributor_amount",
)  # fmt: skip


class Rejected(Exception):
    """The file is wrong; nothing has been stored."""


def fen(yuan: float) -> int:
    """Return fen, refusing more than two decimals."""
    amount = round(yuan * 100)
    if abs(yuan * 100 - amount) > 1e-6:
        raise ValueError("最多两位小数")
    return amount


def part(base: int) -> int:
    """Return one part of the monthly amount, half up to whole yuan."""
    return (2 * base * RATE + 10_000) // 20_000 * 100


def limits_objection(base: int) -> str | None:
    if not BASE_MIN <= base <= BASE_MAX:
        return "缴存基数超出上下限"
    if not TOTAL_MIN <= 2 * part(base) <= TOTAL_MAX:
        return "月缴存额超出上下限"
    return None
