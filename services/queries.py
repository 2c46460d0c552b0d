"""The queries by the names that addresses know them by."""

from collections.abc import Callable
from typing import Final

from services import employer_info_query
from services.actor import Actor
from services.contributor_query import accounts, changes, statuses
from services.errors import NotFound
from services.exports import Conditions, Listing
from services.overview import board

Query = Callable[[Actor, Conditions], Listing]

EMPLOYER_CHANGES: Final = "employer-changes"
ACCOUNTS: Final = "accounts"
CONTRIBUTOR_CHANGES: Final = "contributor-changes"
STATUSES: Final = "statuses"
#: Followed by a chart's name.
OVERVIEW: Final = "overview-"
_QUERIES: Final[dict[str, Query]] = {
    EMPLOYER_CHANGES: employer_info_query.changes,
    ACCOUNTS: accounts.accounts,
    CONTRIBUTOR_CHANGES: changes.changes,
    STATUSES: statuses.statuses,
    **{f"{OVERVIEW}{name}": board.exported(name) for name in board.CHARTS},
}


def ask(name: str, actor: Actor, conditions: Conditions) -> Listing:
    """Ask the query of this name. Raises NotFound, Reversed, NotAllowed."""
    if name not in _QUERIES:
        raise NotFound(what="该查询")
    return _QUERIES[name](actor, conditions)
