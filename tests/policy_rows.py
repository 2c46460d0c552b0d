"""Policy as the center would have set it, written straight into the database."""

from datetime import date

from sqlalchemy import select

from data.database import transaction
from data.enums import BusinessKind
from data.models.policy import PolicyRow
from data.models.register import Employer
from data.policy_codes import PolicyKey
from services.rules import clock


def set_for(
    business: BusinessKind | None,
    key: PolicyKey,
    value: str,
    since: str = "2026-07-01",
    employer: str = "",
) -> None:
    """Put a value in force from a day on, for a business, for one employer's number, or for all."""
    with transaction() as session:
        whose = select(Employer.id).filter_by(number=employer)
        session.add(
            PolicyRow(
                key=key, value=value, effective_from=date.fromisoformat(since), business=business,
                employer_id=session.scalars(whose).one() if employer else None,
                source="测试", author="测试", recorded_at=clock.now(),
            )
        )  # fmt: skip
