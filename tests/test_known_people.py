"""Who has an account already, who of the employer may be changed, and who holds their rows meanwhile."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import ContributorStatus
from data.models.register import Contributor, ContributorChange
from services.actor import Actor
from services.contributor_registration import facts as registration
from services.contributor_status_change import facts as status_change
from tests.locks import locked

pytestmark = pytest.mark.usefixtures("db")
NORMAL, WITHDRAWN = ContributorStatus.NORMAL, ContributorStatus.WITHDRAWN


def somebody(session: Session, actor: Actor) -> Contributor:
    chosen = select(Contributor).filter_by(employer_id=actor.employer, status=NORMAL)
    return session.scalars(chosen.order_by(Contributor.id).limit(1)).one()


def put(session: Session, like: Contributor, **values: object) -> Contributor:
    columns = {one.key for one in Contributor.__mapper__.column_attrs} - {"id"}
    added = Contributor(**{name: getattr(like, name) for name in columns} | values)
    session.add(added)
    session.flush()
    return added


@pytest.mark.parametrize("is_open_first", [True, False])
def test_an_open_account_tells_who_somebody_is_before_those_that_ended(
    clerk1: Actor, is_open_first: bool
) -> None:
    with transaction() as session:
        first = somebody(session, clerk1)
        if not is_open_first:
            first.status = WITHDRAWN
            session.flush()
        second = put(session, first, account="522699990001",
                     status=WITHDRAWN if is_open_first else NORMAL)  # fmt: skip
        found = registration.known(session, [first.id_number])
        expected = first if is_open_first else second
        assert {one.account for one in found.values()} == {expected.account}


def test_a_number_is_known_only_with_its_document_however_many_are_asked_for() -> None:
    with snapshot() as session:
        people = session.scalars(select(Contributor)).all()
        asked = [*(one.id_number for one in people), *(f"X{n:05d}" for n in range(600))]
        found = registration.known(session, asked)
        assert {one.account for one in found.values()} == {one.account for one in people}
        assert set(found) == {(one.id_type, one.id_number) for one in people}
        assert registration.known(session, []) == {}


def test_a_look_locks_nobody_and_who_is_held_is_read_anew(clerk1: Actor) -> None:
    with transaction() as session:
        who = somebody(session, clerk1)
        acts = {
            "known": lambda held: registration.known(session, [who.id_number], is_held=held),
            "people": lambda held: status_change.people(
                session, clerk1.employer, accounts=[who.account], is_held=held
            ),
        }
        for name, act in acts.items():
            new = f"改名{name}"
            session.connection().execute(
                update(Contributor.__table__).filter_by(id=who.id).values(name=new)
            )
            with locked() as tables:
                act(True)
            assert (tables, who.name) == (["contributor"], new), name
    with transaction() as session, locked() as tables:
        registration.known(session, ["522601199003070017"])
        status_change.people(session, clerk1.employer, accounts=["1"])
        assert tables == ["", ""]


def test_the_next_account_follows_the_highest_of_the_prefectures_twelve_digits(
    clerk1: Actor,
) -> None:
    with transaction() as session:
        who = somebody(session, clerk1)
        for account in ("522699990041", "522699990007", "9" * 12, "52269999999", "5226999999999"):
            put(session, who, account=account, status=WITHDRAWN)
        assert registration.next_number(session) == 99_990_042
    with transaction() as session:
        session.execute(delete(ContributorChange))
        session.execute(update(Contributor).values(account="Z" + Contributor.account))
        assert registration.next_number(session) == 1


def test_the_employers_people_are_its_own_all_or_those_named_in_the_order_of_their_accounts(
    clerk1: Actor, clerk2: Actor
) -> None:
    with snapshot() as session:
        own = session.scalars(select(Contributor.account).filter_by(employer_id=clerk2.employer))
        accounts = sorted(own)
        stranger = somebody(session, clerk1).account
        assert list(status_change.people(session, clerk2.employer)) == accounts
        named = status_change.people(session, clerk2.employer, accounts=[accounts[1], stranger])
        assert list(named) == [accounts[1]]
        assert status_change.people(session, clerk2.employer, accounts=[]) == {}
