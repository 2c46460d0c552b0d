"""The bank's credits as an officer enters them."""

from datetime import date
from decimal import Decimal
from itertools import count

from data.database import snapshot
from data.models.register import Employer
from services.actor import Actor
from services.remittance import arrivals
from services.remittance.credits import Credit, Outcome

_references = count(1)


def credit(clerk: Actor, amount: str, reference: str = "") -> Credit:
    """Return a credit of the clerk's employer, with a bank reference of its own."""
    with snapshot() as session:
        number = session.get_one(Employer, clerk.employer).number
    return Credit(
        reference or f"B{next(_references):08d}", number, Decimal(amount), date(2026, 7, 6),
        payer="示例付款户",
    )  # fmt: skip


def receive(officer: Actor, clerk: Actor, amount: str, reference: str = "") -> Outcome:
    return arrivals.receive(officer, credit(clerk, amount, reference))
