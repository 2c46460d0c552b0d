"""The employers behind a bar (下钻): which they are, and what each of them adds to it."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from services.overview import month_lists, register_lists
from services.overview.lists import Behind
from services.overview.scope import Scope

#: The drill behind each chart, by the chart's name.
DRILLS: Final[Mapping[str, Callable[[Session, Scope, str], Behind]]] = {
    "amounts": month_lists.of_month,
    "heads": month_lists.unpaid,
    "kinds": register_lists.of_kind,
    "branches": month_lists.of_branch,
    "bases": register_lists.of_step,
    "rates": register_lists.of_rate,
    "deferrals": month_lists.of_deferral,
    "arrears": month_lists.of_arrears,
    "work": register_lists.of_business,
    "progress": register_lists.not_adjusted,
}
