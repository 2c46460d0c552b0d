"""Lost updates (figure 14): of two who have one form open, the second to save is told, and loses nothing
for the first."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine

from services.administration.proposals import AlreadyProposed
from services.approval.change_list import ListMoved
from services.contributor_registration.approval import RosterMoved as OpeningsMoved
from services.contributor_status_change.approval import RosterMoved
from services.errors import Stale
from services.remittance.chain import AlreadyAssessed
from services.remittance.corrections import CorrectionWaits
from services.remittance.desk import NotWaiting
from tests import figures
from tests.races import center_forms, forms
from tests.races.forms import Act

pytestmark = pytest.mark.usefixtures("storage")
ROUNDS = figures.share(quick=1, whole=50)
FORMS = (*forms.FORMS, *center_forms.FORMS)
MOVED = (
    Stale, ListMoved, RosterMoved, OpeningsMoved, AlreadyAssessed, NotWaiting, AlreadyProposed,
    CorrectionWaits,
)  # fmt: skip
"""The words for it. Any other refusal would tell nothing of two forms, and fails the test."""


def test_the_second_of_two_open_forms_is_refused_and_the_first_ones_work_stands(db: Engine) -> None:
    saved = {form.__name__: _saved(form) for form in FORMS}
    lost = {name: times for name, times in saved.items() if times}
    figures.record(
        14, f"{len(saved)} forms × {ROUNDS} rounds, {sum(lost.values())} updates lost",
        reached=not lost, part=db.dialect.name,
    )  # fmt: skip
    assert lost == {}


def _saved(form: Callable[[], AbstractContextManager[Act]]) -> int:
    """Return how often a stale form was saved; the form itself looks at what is kept."""
    return sum(_is_saved(form) for _ in range(ROUNDS))


def _is_saved(form: Callable[[], AbstractContextManager[Act]]) -> bool:
    with form() as stale:
        try:
            stale()
        except MOVED:
            return False
        return True
