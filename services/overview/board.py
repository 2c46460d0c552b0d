"""The managers' page (统计图表, domain rules 4.12): eight figures, ten charts, the employers behind a bar.

All of it is totals of the whole center or of employers; nobody's person is in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from data.database import replica
from data.enums import Role
from services import audit
from services.actor import Actor
from services.errors import NotFound
from services.exports import Conditions, Listing
from services.files.columns import Column, SheetRow
from services.overview import collection, drill, figures, handling, monthly, register, risk
from services.overview.chart import Chart
from services.overview.figures import Figure
from services.overview.lists import Behind
from services.overview.scope import Scope, this_month

VIEWERS: Final = (Role.MANAGER,)
#: The ten charts in the order of the page.
CHARTS: Final[Mapping[str, Callable[[Session, Scope], Chart]]] = {
    "amounts": collection.amounts,
    "heads": collection.heads,
    "branches": collection.branches,
    "kinds": register.kinds,
    "bases": register.bases,
    "rates": register.rates,
    "deferrals": risk.deferrals,
    "arrears": risk.behind,
    "work": handling.work,
    "progress": register.progress,
}


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of the scope's last month, and the ten charts in their order."""

    figures: list[Figure]
    charts: list[Chart]


@audit.refusals
def default_scope(actor: Actor) -> Scope:
    """Return what the page shows at first: the twelve months to last month. Raises NotAllowed."""
    actor.require(*VIEWERS)
    return figures.default_scope(this_month())


@audit.refusals
def page(actor: Actor, scope: Scope) -> Board:
    """Return the whole page, all of it of one moment. Raises WrongMonths, NotAllowed."""
    actor.require(*VIEWERS)
    scope.check()
    months = {*scope.months, *scope.year_before.months, *figures.months(scope)}
    with replica() as session:
        monthly.read(session, scope, months)
        return Board(
            figures.eight(session, scope),
            [draw(session, scope) for draw in CHARTS.values()],
        )


@audit.refusals
def chart(actor: Actor, name: str, scope: Scope) -> Chart:
    """Return the chart of this name. Raises NotFound, WrongMonths, NotAllowed."""
    actor.require(*VIEWERS)
    scope.check()
    if name not in CHARTS:
        raise NotFound(what="该图表")
    with replica() as session:
        return CHARTS[name](session, scope)


@audit.refusals
def behind(actor: Actor, name: str, scope: Scope, key: str) -> Behind:
    """Return the employers behind a bar. Raises NotFound, WrongMonths, NotAllowed."""
    actor.require(*VIEWERS)
    scope.check()
    if name not in drill.DRILLS:
        raise NotFound(what="该图表")
    with replica() as session:
        return drill.DRILLS[name](session, scope, key)


def exported(name: str) -> Callable[[Actor, Conditions], Listing]:
    """Return the query that exports a chart's table, or with a key the employers behind its bar."""

    def ask(actor: Actor, conditions: Conditions) -> Listing:
        scope, key = Scope.read(conditions)
        if key:
            found = behind(actor, name, scope, key)
            return _listing(f"{found.title}名单", found.columns, found.rows, scope)
        drawn = chart(actor, name, scope)
        return _listing(drawn.title.rstrip("？"), drawn.columns, drawn.rows, scope)

    return ask


def _listing(
    title: str, columns: tuple[Column, ...], rows: list[SheetRow], scope: Scope
) -> Listing:
    return Listing(
        title=title[:31],
        columns=columns,
        rows=rows,
        conditions=scope.words,
        sentence=f"{len(rows)}行",
        filename=f"{title}_{scope.first.number}_{scope.last.number}.xlsx",
    )
