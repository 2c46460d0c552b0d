"""The import of a base adjustment as long work (manual B2.3): the check, and the taking in."""

from typing import Final

from services import imports
from services.actor import Actor
from services.base_adjustment import workbook
from services.base_adjustment.workbook import Checked
from services.files.template import File
from services.imports import Mending


def _again(actor: Actor, checked: Checked) -> File:
    return workbook.template(actor, checked.entered)


def _done(taken: Checked) -> str:
    return f"导入成功，共{taken.effect.people if taken.effect else 0}人"


IMPORT: Final = imports.declare(
    "base_adjustment",
    label="基数调整批量导入",
    page="基数调整",
    report="基数调整错误清单.xlsx",
    check=workbook.check_workbook,
    take=workbook.import_workbook,
    effect=lambda checked: imports.facts(checked.effect),
    again=_again,
    done=_done,
    mending=Mending("按上下限修正", lambda checked: checked.beyond, workbook.within_limits),
)
