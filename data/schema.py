"""The schema as a whole: every table known, made where missing."""

from sqlalchemy import Engine

from data.base import Base
from data.models import (
    base_adjustment,
    case,
    deferral,
    holiday,
    ledger,
    people,
    policy,
    record,
    register,
    registration,
    remittance,
    slip,
    status_change,
    summary,
)

MODELS = (
    base_adjustment, case, deferral, holiday, ledger, people, policy, record, register, registration,
    remittance, slip, status_change, summary,
)  # fmt: skip


def create(engine: Engine) -> None:
    """Make every table that is not there yet."""
    Base.metadata.create_all(engine)
