"""The import of a registration as long work (manual B7.2): the check, and the taking in."""

from typing import Final

from services import imports
from services.contributor_registration import workbook
from services.contributor_registration.workbook import Checked
from services.imports import Mending


def _done(taken: Checked) -> str:
    return f"导入成功，{taken.effect.people if taken.effect else 0}人已录入开户清册"


IMPORT: Final = imports.declare(
    "contributor_registration",
    label="缴存人登记批量导入",
    page="缴存人登记",
    report="缴存人登记错误清单.xlsx",
    check=workbook.check_workbook,
    take=workbook.import_workbook,
    effect=lambda checked: imports.facts(checked.effect),
    again=imports.filled_in,
    done=_done,
    mending=Mending("按上下限修正", lambda checked: checked.beyond, workbook.within_limits),
)
