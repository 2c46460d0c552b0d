"""The import of the bank's credits as long work (到账导入): the check, and the taking in."""

from typing import Any, Final

from services import imports
from services.remittance import arrivals_workbook
from services.remittance.arrivals_workbook import Checked


def _effect(checked: Checked) -> dict[str, Any]:
    return {
        "credits": checked.credits,
        "total": checked.total,
        "booked": sum(len(outcome.booked) for outcome in checked.outcomes),
        "employers": [
            (each.employer_number, each.employer_name, each.arrived, each.text)
            for each in checked.outcomes
        ],
    }


IMPORT: Final = imports.declare(
    "arrivals",
    label="到账批量导入",
    page="到账与催缴",
    report="到账导入错误清单.xlsx",
    check=arrivals_workbook.check_workbook,
    take=arrivals_workbook.import_workbook,
    effect=_effect,
    again=imports.filled_in,
    done=lambda taken: f"已登记{taken.credits}笔到账，共{taken.total:,.2f}元",
)
