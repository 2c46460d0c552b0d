"""Deferrals (缓缴) of the demo center: those that run, and applications that wait."""

import hashlib
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.enums import Action, Branch, BusinessKind, EmployerStatus, Role
from data.models.case import Document
from data.models.deferral import Deferral
from data.models.people import User
from demo.center.cases import Cases, moment
from demo.center.employers import LAST, Invented, Size
from services.files import storage
from services.files.columns import Column
from services.files.pdf import ListPaper, list_paper
from services.rules.months import Month

_LONGEST = 12
_LEVELS: Final = (Role.REVIEWER, Role.SENIOR_REVIEWER)
_PAPERS: Final = {
    "101001": ("缓缴申请表", ("申请单位", "经营困难，申请缓缴住房公积金，期满后补缴。")),
    "101002": ("职工代表大会决议", ("表决结果", "应到职工代表过半数同意缓缴住房公积金。")),
}  # fmt: skip

Row = dict[str, Any]


def write(
    session: Session,
    luck: random.Random,
    employers: dict[int, Invented],
    clerks: dict[int, int],
    officers: Mapping[Branch, User],
    *,
    size: Size,
) -> None:
    """Write the deferrals granted, and applications for more."""
    cases = Cases(session, officers)
    granted = [
        _granted(cases, luck, employer_id, employer, clerks[employer_id])
        for employer_id, employer in employers.items()
        if employer.deferred_from
    ]
    may = [employer_id for employer_id, employer in employers.items() if _may_ask(employer)]
    papers = [
        (_asked(cases, luck, one, employers[one], clerks[one]), clerks[one])
        for one in luck.sample(may, min(size.asked, len(may)))
    ]
    cases.write()
    session.execute(insert(Deferral), granted)
    _attach(session, papers)


def _granted(
    cases: Cases, luck: random.Random, employer_id: int, employer: Invented, clerk_id: int
) -> Row:
    first = Month.of(employer.deferred_from or LAST.number)
    last = max(first.plus(luck.randrange(3, _LONGEST)), LAST.plus(1))
    asked = datetime(first.year, first.month, 2, 2, tzinfo=UTC)
    case_id = cases.add(
        BusinessKind.DEFERRAL, employer_id, employer, clerk_id=clerk_id, submitted=asked,
        outcome=Action.APPROVE, days=luck.uniform(2, 9), effective_month=first.number,
        form=_form(first, last),
    )  # fmt: skip
    return {
        "case_id": case_id, "employer_id": employer_id, "first_month": first.number,
        "last_month": last.number, "ended_month": None, "ended_by": "",
    }  # fmt: skip


def _may_ask(employer: Invented) -> bool:
    is_settled = employer.assessed_to == employer.paid_to == LAST.number
    return employer.status is EmployerStatus.NORMAL and is_settled and employer.rate <= 8  # noqa: PLR2004


def _asked(
    cases: Cases, luck: random.Random, employer_id: int, employer: Invented, clerk_id: int
) -> int:
    """Add an application that waits at one of the two levels."""
    first = LAST.plus(1)
    age, level = luck.uniform(1, 12), luck.choice((1, 1, 2))
    return cases.add(
        BusinessKind.DEFERRAL, employer_id, employer, clerk_id=clerk_id, submitted=moment(age),
        outcome=None, days=age / 2, effective_month=first.number, level=level,
        waits_for=_LEVELS[level - 1], levels=",".join(_LEVELS),
        form=_form(first, first.plus(luck.randrange(2, _LONGEST))),
    )  # fmt: skip


def _form(first: Month, last: Month) -> dict[str, str]:
    return {
        "act": "defer", "first": str(first.number), "last": str(last.number),
        "reason": "经营困难，暂无力按期缴存",
    }  # fmt: skip


def _attach(session: Session, papers: list[tuple[int, int]]) -> None:
    """Give every application the papers it must have; all have the same bytes, kept once."""
    store, rows = storage.store("documents"), []
    for material, (title, line) in _PAPERS.items():
        content = _paper(title, line)
        store.put(content)
        rows += [
            {
                "case_id": case_id, "material": material, "filename": f"{title}.pdf",
                "content_type": "application/pdf", "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(), "uploaded_by": clerk_id,
                "uploaded_at": moment(12),
            }
            for case_id, clerk_id in papers
        ]  # fmt: skip
    if rows:
        session.execute(insert(Document), rows)


def _paper(title: str, line: tuple[str, str]) -> bytes:
    return list_paper(
        ListPaper(
            title=f"{title}（示例）", head=(("填表日期", str(date(2026, 6, 22))),),
            columns=(Column("项目", width=20), Column("内容", width=60)), rows=[line], totals={},
            code="", verify_at="",
        )
    )  # fmt: skip
