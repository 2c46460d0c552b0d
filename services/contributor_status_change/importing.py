"""The imports of status changes as long work (manual B9.2): one for sealing, one for unsealing."""

from typing import Final

from data.enums import BusinessKind
from services import imports
from services.actor import Actor
from services.contributor_status_change import workbook
from services.contributor_status_change.facts import SEALING, UNSEALING, VERBS
from services.contributor_status_change.workbook import Checked
from services.imports import Import, Settle
from services.works.kinds import Count


def _declare(kind: BusinessKind) -> Import:
    def check(actor: Actor, content: bytes, count: Count) -> Checked:
        return workbook.check_workbook(actor, kind, content, count)

    def take(actor: Actor, content: bytes, count: Count, settle: Settle[Checked]) -> Checked:
        return workbook.import_workbook(actor, kind, content, count, settle)

    return imports.declare(
        f"contributor_{kind.value}",
        label=f"缴存人{VERBS[kind]}批量导入",
        page="缴存人状态变更",
        report=f"缴存人{VERBS[kind]}错误清单.xlsx",
        check=check,
        take=take,
        effect=lambda checked: {"people": checked.people, "notes": checked.notes},
        again=imports.filled_in,
        done=lambda taken: f"缴存人状态变更清册录入成功，共{taken.people}人",
    )


IMPORTS: Final = {kind: _declare(kind) for kind in (SEALING, UNSEALING)}
