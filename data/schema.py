"""The schema as a whole: every table known, made where missing."""

from sqlalchemy import Engine

from data import schema_objects
from data.base import Base
from data.models import (
    audit,
    base_adjustment,
    case,
    deferral,
    evidence,
    holiday,
    ledger,
    people,
    policy,
    proposal,
    record,
    register,
    registration,
    remittance,
    slip,
    status_change,
    summary,
    work,
)

MODELS = (
    audit, base_adjustment, case, deferral, evidence, holiday, ledger, people, policy, proposal,
    record, register, registration, remittance, slip, status_change, summary, work,
)  # fmt: skip


def create(engine: Engine) -> None:
    """Make every table that is not there yet, and the triggers anew."""
    Base.metadata.create_all(engine)
    with engine.execution_options(writes=True).begin() as connection:
        schema_objects.apply(connection)
