"""What those that approve have in common: the roster that is approved, and how all is put back."""

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from data.models.case import Case
from services.base_adjustment import facts, kept
from services.base_adjustment.line import Line

RAISE, MIDDLE = 10_000, 1_000_000  # in fen: everybody moves a hundred yuan towards the middle
#: Bases from a column of the lines, amounts reckoned anew, as the center's rounding has it.
_SET = """
    UPDATE contributor SET base = l.{base},
        employer_amount = (2 * l.{base} * 12 + 10000) / 20000 * 100,
        contributor_amount = (2 * l.{base} * 12 + 10000) / 20000 * 100
    FROM base_adjustment_line l WHERE l.contributor_id = contributor.id"""
APPLY, PUT_BACK = _SET.format(base="new_base"), _SET.format(base="old_base")


def fill(session: Session, case: Case) -> None:
    """Write a roster of everybody whom the case's employer has."""
    terms = facts.terms(session, case.employer_id)
    lines = []
    for person in facts.people(session, case.employer_id).values():
        base = person.base + (RAISE if person.base < MIDDLE else -RAISE)
        own, withheld = terms.parts(base)
        lines.append(
            Line(
                person.id, person.account, person.name, person.id_number, person.status_code,
                person.base, 0, person.base, base, own, withheld, person.amount,
            )
        )  # fmt: skip
    kept.put(session, case, lines)


def put_back(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(PUT_BACK))


def raised(engine: Engine) -> int:
    """Return how many people have their new base."""
    with engine.connect() as connection:
        return connection.execute(
            text(
                "SELECT count(*) FROM contributor c JOIN base_adjustment_line l"
                " ON l.contributor_id = c.id AND l.new_base = c.base"
            )
        ).scalar_one()
