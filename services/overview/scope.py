"""What a manager looks at (统计范围): months, a branch or all, a kind of employer or all."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement

from data.codes import EmployerKind
from data.enums import Branch
from data.models.register import Employer
from services.errors import BusinessError
from services.exports import Conditions, Unreadable
from services.rules import clock
from services.rules.months import Month

MOST_MONTHS = 36
#: How the parts of a scope stand in an address, besides its days.
_BRANCH, _KIND, _KEY = "branch.", "kind.", "key."


class WrongMonths(BusinessError):
    message = "起始年月不能晚于截止年月，一次最多统计{most}个月"


@dataclass(frozen=True, slots=True)
class Scope:
    """Both months are included; None is every branch, every kind."""

    first: Month
    last: Month
    branch: Branch | None = None
    kind: EmployerKind | None = None

    def check(self) -> None:
        """Raise WrongMonths where the months are the wrong way round, or too many."""
        if not 1 <= len(self.months) <= MOST_MONTHS:
            raise WrongMonths(most=MOST_MONTHS)

    @property
    def months(self) -> list[Month]:
        return self.first.through(self.last)

    @property
    def year_before(self) -> "Scope":
        return replace(self, first=self.first.plus(-12), last=self.last.plus(-12))

    @property
    def words(self) -> str:
        where = self.branch.label if self.branch else "全部管理部"
        return f"{self.first}至{self.last}，{where}，{self.kind.label if self.kind else '全部单位性质'}"

    def of(self, branch: Any, kind: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 — columns of any table
        """Return the conditions on a table's columns `branch` and `kind`."""
        found = []
        if self.branch:
            found.append(branch == self.branch)
        if self.kind:
            found.append(kind == self.kind)
        return found

    def narrowed(self, query: Any, employer_id: Any) -> Any:  # noqa: ANN401 — a query of any columns
        """Return the query held to the scope's employers; where that is all of them, as it is."""
        if self.branch is None and self.kind is None:
            return query
        own = self.of(Employer.branch, Employer.kind)
        return query.join(Employer, Employer.id == employer_id).where(*own)

    def conditions(self, key: str = "") -> Conditions:
        """Return the scope as an address may carry it; `key` names a bar of a chart."""
        codes = [
            mark + code
            for mark, code in ((_BRANCH, self.branch), (_KIND, self.kind), (_KEY, key))
            if code
        ]
        return Conditions(_first_day(self.first), _first_day(self.last), codes=tuple(codes))

    @classmethod
    def read(cls, conditions: Conditions) -> tuple[Self, str]:
        """Return the scope and the key of an address. Raises Unreadable, WrongMonths."""
        parts = dict(code.split(".", 1) for code in conditions.codes if "." in code)
        if conditions.first is None or conditions.last is None:
            raise Unreadable
        try:
            branch = parts.get("branch")
            kind = parts.get("kind")
            scope = cls(
                Month.containing(conditions.first),
                Month.containing(conditions.last),
                next(b for b in Branch if b.value == branch) if branch else None,
                next(k for k in EmployerKind if k.value == kind) if kind else None,
            )
        except StopIteration as unknown:
            raise Unreadable from unknown
        scope.check()
        return scope, parts.get("key", "")


def this_month() -> Month:
    return Month.containing(clock.today())


def _first_day(month: Month) -> date:
    return date(month.year, month.month, 1)
