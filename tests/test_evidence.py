"""Evidence: what is signed is what was seen, it serves once, and proves itself without the hall."""

import hashlib
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, select, update

import settings
from data.database import snapshot, transaction
from data.enums import BusinessKind, Role
from data.models.case import Case, Step
from data.models.evidence import Evidence
from data.models.proposal import Proposal
from data.models.register import Contributor
from data.policy_codes import PolicyKey, ProposalTopic
from services import review, signing
from services.actor import Actor
from services.administration import correction_log, policy_changes, policy_view, roles
from services.approval.evidence import NotSigned, SignedOtherwise
from services.base_adjustment import approval as base_adjustment
from services.contributor_status_change import approval as status_change
from services.errors import NotFound
from services.remittance import assess, correction_deciding, correction_list, corrections, desk
from services.rules import clock
from services.rules.months import Month
from services.signing import Prepared, SignatureRefused
from tests.credits import receive
from tests.rosters import PDF, imported, submitted
from tests.test_contributor_status_change import NORMAL, SEALING, accounts, enter
from tests.test_corrections import arrival_of, refund_of, waiting
from tests.test_money import approved, left
from ukey import cades, verify_evidence
from ukey.dev_ca import DevCA

pytestmark = pytest.mark.usefixtures("db", "storage")
Act = Callable[[Actor], object]
JULY = Month.of(202607)


class Key:
    """A UKey whose certificate the development authority issued."""

    def __init__(self, authority: DevCA, name: str = "某人") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        made = authority.issue(self.private.public_key(), person=name, organization="某单位")
        self.der = made.public_bytes(Encoding.DER)
        self.fingerprint = hashlib.sha256(self.der).hexdigest()

    def sign(self, document: str, at: datetime | None = None) -> bytes:
        def sign(data: bytes) -> bytes:
            return self.private.sign(data, ec.ECDSA(hashes.SHA256()))

        return cades.build(document.encode(), self.der, sign, "ec", at or datetime.now(UTC))

    def done(self, actor: Actor, act: Act) -> Prepared:
        """Do an act as a page does: rehearse, sign, do."""
        prepared = signing.prepare(actor, act)
        assert prepared
        act(signing.sign(actor, self.fingerprint, prepared, self.sign(prepared.document)))
        return prepared


@pytest.fixture(autouse=True)
def _signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SIGNATURES", True)


@pytest.fixture
def key(authority: DevCA) -> Key:
    return Key(authority)


def ready(actor: Actor, base: object = 5000) -> Act:
    """Return the submission of a base adjustment that lacks nothing but the signature."""
    imported(actor, base)
    base_adjustment.attach(actor, "011201", "缴存基数变更证明.pdf", PDF)
    version = base_adjustment.situation(actor).version
    return lambda signer: base_adjustment.submit(signer, version=version, client_id="click")


def count(model: type) -> int:
    with snapshot() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_without_a_signature_nothing_is_submitted_and_the_roster_stays(clerk1: Actor) -> None:
    act = ready(clerk1)
    with pytest.raises(NotSigned, match="此操作须用UKey签名"):
        act(clerk1)
    assert base_adjustment.situation(clerk1).rows == 300
    assert count(Step) == 0


def test_a_rehearsal_says_all_and_keeps_nothing(clerk1: Actor) -> None:
    prepared = signing.prepare(clerk1, ready(clerk1, 6500))
    assert prepared
    said = json.loads(prepared.document)
    assert (said["purpose"], said["origin"]) == ("hall-submission-v1", settings.ORIGIN)
    (item,) = said["items"]
    assert item["business"] == "基数调整"
    assert item["employer"] == "凯里市第九中学(示例) 522601000101"
    assert ["调整后月缴存额", "468,000.00"] in item["figures"]
    assert (item["rows"], len(item["rows_sha256"])) == (300, 64)
    assert item["documents"] == [["011201", hashlib.sha256(PDF).hexdigest()]]
    assert (count(Step), count(Evidence)) == (0, 0)


def test_a_refusal_comes_before_the_signature_is_asked(clerk2: Actor) -> None:
    imported(clerk2)
    version = base_adjustment.situation(clerk2).version
    with pytest.raises(Exception, match="缴存基数变更证明"):
        signing.prepare(
            clerk2, lambda who: base_adjustment.submit(who, version=version, client_id="c")
        )


def test_submission_and_approval_are_each_kept_with_their_signature(
    clerk2: Actor, officer_a: Actor, key: Key
) -> None:
    prepared = key.done(clerk2, ready(clerk2))
    with snapshot() as session:
        case = session.scalars(select(Case)).one()
    act: Act = lambda who: review.approve(who, case.id, version=case.version, opinion="同意")  # noqa: E731
    decided = key.done(officer_a, act)
    with snapshot() as session:
        steps = session.execute(
            select(Step.action, Evidence.document, Evidence.user_id)
            .join(Evidence, Evidence.id == Step.evidence_id)
            .order_by(Step.id)
        ).all()
    assert [tuple(step) for step in steps] == [
        ("submit", prepared.document, clerk2.user_id),
        ("approve", decided.document, officer_a.user_id),
    ]
    assert json.loads(decided.document)["purpose"] == "hall-approval-v1"
    assert json.loads(decided.document)["items"][0]["opinion"] == "同意"


def test_what_changed_after_signing_is_not_submitted(clerk2: Actor, key: Key) -> None:
    act = ready(clerk2)
    prepared = signing.prepare(clerk2, act)
    assert prepared
    signer = signing.sign(clerk2, key.fingerprint, prepared, key.sign(prepared.document))
    base_adjustment.attach(clerk2, "011202", "工资表.pdf", PDF)
    with pytest.raises(SignedOtherwise, match="签名之后业务内容已有变动"):
        act(signer)
    assert count(Step) == 0


def test_a_signature_for_one_act_does_not_serve_another(
    clerk1: Actor, clerk2: Actor, key: Key
) -> None:
    prepared = signing.prepare(clerk1, ready(clerk1))
    assert prepared
    signer = signing.sign(clerk1, key.fingerprint, prepared, key.sign(prepared.document))
    other = ready(clerk2, 5000)
    with pytest.raises(SignedOtherwise):
        other(replace(clerk2, statement=signer.statement))


def test_a_signature_serves_its_act_once(clerk1: Actor, key: Key) -> None:
    act: Act = lambda who: assess.assess(who, [JULY], client_id="one")  # noqa: E731
    prepared = signing.prepare(clerk1, act)
    assert prepared
    signer = signing.sign(clerk1, key.fingerprint, prepared, key.sign(prepared.document))
    act(signer)
    act(signer)  # the same click again
    assert count(Step) == 1
    with pytest.raises(Exception, match="2026年7月已核定"):
        assess.assess(signer, [JULY], client_id="another")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("other document", "签名内容与提交内容不一致"),
        ("other key", "签名证书与登录证书不一致"),
        ("yesterday", "签名时间与提交时间相差过大"),
        ("rubbish", "签名数据格式错误"),
    ],
)
def test_a_signature_that_does_not_hold_is_refused(
    clerk2: Actor, authority: DevCA, key: Key, how: str, reason: str
) -> None:
    prepared = signing.prepare(clerk2, ready(clerk2))
    assert prepared
    signature = {
        "other document": lambda: key.sign(prepared.document + " "),
        "other key": lambda: Key(authority).sign(prepared.document),
        "yesterday": lambda: key.sign(prepared.document, datetime.now(UTC) - timedelta(days=1)),
        "rubbish": lambda: b"0\0",
    }[how]()
    with pytest.raises(SignatureRefused, match=reason):
        signing.sign(clerk2, key.fingerprint, prepared, signature)


def test_a_certificate_revoked_since_the_sign_in_signs_nothing_more(
    clerk2: Actor, authority: DevCA, key: Key
) -> None:
    prepared = signing.prepare(clerk2, ready(clerk2))
    assert prepared
    from cryptography import x509

    authority.revoke(x509.load_der_x509_certificate(key.der).serial_number)
    authority.write_crls()
    with pytest.raises(SignatureRefused, match="证书已被吊销"):
        signing.sign(clerk2, key.fingerprint, prepared, key.sign(prepared.document))


def test_sealing_assessing_and_the_centers_word_on_a_month_are_signed(
    clerk1: Actor, officer_a: Actor, key: Key
) -> None:
    account = accounts(clerk1, NORMAL)[0]
    enter(clerk1, SEALING, account)
    key.done(clerk1, lambda who: status_change.confirm(who, SEALING, [account], client_id="s"))
    prepared = key.done(clerk1, lambda who: assess.assess(who, [JULY], client_id="m"))
    (item,) = json.loads(prepared.document)["items"]
    assert ["本月汇缴", "299人 / 430,560.00"] in item["figures"]
    month = desk.waiting(officer_a).months[0]
    key.done(officer_a, lambda who: desk.approve(who, month.assessment_id))
    with snapshot() as session:
        unsigned = session.scalar(select(func.count(Step.id)).where(Step.evidence_id.is_(None)))
    assert (unsigned, count(Evidence)) == (0, 3)


def exported(actor: Actor) -> bytes:
    with snapshot() as session:
        evidence_id = session.scalars(select(Evidence.id)).first()
    assert evidence_id
    return signing.exported(actor, evidence_id).content


def test_an_exported_signature_proves_itself_and_openssl_agrees(
    clerk2: Actor, key: Key, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared = key.done(clerk2, ready(clerk2))
    file = tmp_path / "evidence.json"
    file.write_bytes(exported(clerk2))
    assert verify_evidence.main([str(file), "--extract", str(tmp_path / "parts")]) == 0
    assert "签名证据成立" in capsys.readouterr().out
    agreed = subprocess.run(
        ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER",
         "-in", "signature.der", "-content", "document.json", "-CAfile", "chain.pem",
         "-purpose", "any"],
        cwd=tmp_path / "parts", capture_output=True, check=False,
    )  # fmt: skip
    assert agreed.returncode == 0, agreed.stderr.decode()
    assert agreed.stdout.decode() == prepared.document


@pytest.mark.parametrize("name", ["document", "signature", "chain", "lists", "received_at"])
def test_an_exported_signature_with_anything_altered_proves_nothing(
    clerk2: Actor, authority: DevCA, key: Key, tmp_path: Path, name: str
) -> None:
    key.done(clerk2, ready(clerk2))
    given = json.loads(exported(clerk2))
    given[name] = {
        "document": given["document"].replace("4,000.00", "9,000.00"),
        "signature": given["signature"][:-8] + "AAAAAAA=",
        "chain": given["chain"].replace("BEGIN", "BEGUN", 1),
        "lists": [],
        "received_at": (clock.instant() + timedelta(days=1)).isoformat(),
    }[name]
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(given))
    assert verify_evidence.main([str(file)]) == 1


def test_evidence_is_for_its_employer_its_branch_and_the_auditor_alone(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, officer_d: Actor, auditor: Actor, key: Key
) -> None:
    key.done(clerk1, ready(clerk1))
    assert exported(clerk1) == exported(officer_a) == exported(auditor)
    for stranger in (clerk2, officer_d):
        with pytest.raises(NotFound):
            exported(stranger)


def test_a_reversal_is_signed_by_both_officers_with_the_months_it_takes_back(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, auditor: Actor, key: Key, tmp_path: Path
) -> None:
    with unsigned():
        approved(clerk2, officer_a, 202607)
        receive(officer_a, clerk2, "4726.00", "B-1")
    wrong = arrival_of(clerk2)
    asked = key.done(
        officer_a, lambda who: corrections.propose_reversal(who, wrong, reason="登记有误")
    )
    done = key.done(officer_b, lambda who: correction_deciding.confirm(who, waiting(officer_b)))
    rows = b"2026-07,4726.00\n"
    for prepared, action in ((asked, "提出"), (done, "复核通过")):
        said = json.loads(prepared.document)
        assert (said["purpose"], said["origin"]) == ("hall-approval-v1", settings.ORIGIN)
        assert said["items"] == [{
            "business": "到账冲正", "action": action, "version": 1, "documents": [],
            "employer": "黔东南苗岭食品(示例) 522601000202",
            "figures": [
                ["金额（元）", "4,726.00"], ["原因", "登记有误"], ["银行流水号", "B-1"],
                ["到账日期", "2026-07-06"], ["付款户名", "示例付款户"],
                ["复核通过后", "将撤销2026-07的入账（转为待缴款），冲正后未分摊余额0.00元"],
            ],
            "rows": 1, "rows_sha256": hashlib.sha256(rows).hexdigest(),
        }]  # fmt: skip
    kept = correction_list.corrections(officer_a)[0].evidence
    assert [act for act, _ in kept] == ["提出", "复核"]
    assert correction_log.corrections(auditor).rows[0].evidence == kept
    for (_, number), prepared in zip(kept, (asked, done), strict=True):
        file = signing.exported(auditor, number)
        assert re.fullmatch(rf"签名证据_资金更正\d+_{number}\.json", file.name)
        (tmp_path / "evidence.json").write_bytes(file.content)
        assert verify_evidence.main([str(tmp_path / "evidence.json")]) == 0
        assert verify_evidence.verify(file.content) == json.loads(prepared.document)


def test_money_that_moved_between_signing_and_confirming_keeps_the_refund_back(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, key: Key
) -> None:
    receive(officer_a, clerk2, "100.00")
    key.done(officer_a, lambda who: corrections.propose_refund(who, refund_of(clerk2, "60.00")))
    act: Act = lambda who: correction_deciding.confirm(who, waiting(officer_b))  # noqa: E731
    prepared = signing.prepare(officer_b, act)
    assert prepared
    assert ["复核通过后", "退款后未分摊余额40.00元"] in prepared.items[0]["figures"]
    signer = signing.sign(officer_b, key.fingerprint, prepared, key.sign(prepared.document))
    receive(officer_a, clerk2, "0.01")
    with pytest.raises(SignedOtherwise):
        act(signer)
    assert left(clerk2) == Decimal("100.01")
    key.done(officer_b, act)
    assert left(clerk2) == Decimal("40.01")


def test_a_signature_under_one_correction_serves_no_second_one(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, key: Key
) -> None:
    receive(officer_a, clerk2, "100.00")
    act: Act = lambda who: corrections.propose_refund(who, refund_of(clerk2, "60.00"))  # noqa: E731
    prepared = signing.prepare(officer_a, act)
    assert prepared
    signer = signing.sign(officer_a, key.fingerprint, prepared, key.sign(prepared.document))
    act(signer)
    told = key.done(
        officer_b,
        lambda who: correction_deciding.reject(who, waiting(officer_b), reason="账号不符"),
    )
    assert (told.items[0]["action"], told.items[0]["opinion"]) == ("退回", "账号不符")
    with pytest.raises(SignedOtherwise):
        act(signer)


def test_no_money_moves_and_no_policy_changes_without_both_signatures(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, admin: Actor, security: Actor, key: Key
) -> None:
    receive(officer_a, clerk2, "100.00")
    refund = refund_of(clerk2, "60.00")
    with pytest.raises(NotSigned):
        corrections.propose_refund(officer_a, refund)
    with pytest.raises(NotSigned):
        limits(admin)
    key.done(officer_a, lambda who: corrections.propose_refund(who, refund))
    key.done(admin, limits)
    with snapshot() as session:
        change = session.scalars(select(Proposal.id)).one()
    with pytest.raises(NotSigned):
        correction_deciding.confirm(officer_b, waiting(officer_b))
    with pytest.raises(NotSigned):
        correction_deciding.reject(officer_b, waiting(officer_b), reason="账号不符")
    with pytest.raises(NotSigned):
        policy_changes.confirm(security, change)
    with pytest.raises(NotSigned):
        policy_changes.reject(security, change, opinion="文号不符")
    assert left(clerk2) == Decimal("100.00")


def test_a_change_of_policy_is_signed_by_both_administrators(
    admin: Actor, security: Actor, officer_a: Actor, auditor: Actor, key: Key
) -> None:
    asked = key.done(admin, limits)
    with snapshot() as session:
        change = session.scalars(select(Proposal.id)).one()
    done = key.done(security, lambda who: policy_changes.confirm(who, change))
    (item,) = json.loads(done.document)["items"]
    assert (item["business"], item["action"], item["employer"]) == (
        "缴存基数与月缴存额上下限变更", "确认生效", "全中心",
    )  # fmt: skip
    assert ["缴存基数下限（元）", "1,980.00 → 2,000.00"] in item["figures"]
    assert ["缴存基数上限（元）", "21,774.00（不变）"] in item["figures"]
    assert ["提出人", admin.name] in item["figures"]
    kept = policy_view.change(admin, change).trace.evidence
    for (_, number), prepared in zip(kept, (asked, done), strict=True):
        for reader in (admin, auditor):
            content = signing.exported(reader, number).content
            assert verify_evidence.verify(content) == json.loads(prepared.document)
        with pytest.raises(NotFound):
            signing.exported(officer_a, number)


def test_a_change_of_role_is_signed_and_of_a_correction_only_its_branch_has_the_evidence(
    clerk2: Actor, officer_a: Actor, officer_d: Actor, admin: Actor, key: Key
) -> None:
    prepared = key.done(
        admin,
        lambda who: roles.propose(
            who, officer_d.user_id, role=Role.SENIOR_REVIEWER, branch=officer_d.branch,
            source="任免〔2026〕1号",
        ),
    )  # fmt: skip
    assert prepared.items[0]["employer"] == officer_d.name
    assert prepared.items[0]["figures"][0] == [  # type: ignore[index]
        "角色", f"{officer_d.branch.label} 初审员 → {officer_d.branch.label} 终审员",
    ]  # fmt: skip
    receive(officer_a, clerk2, "100.00")
    key.done(officer_a, lambda who: corrections.propose_refund(who, refund_of(clerk2, "60.00")))
    number = correction_list.corrections(officer_a)[0].evidence[0][1]
    assert signing.exported(officer_a, number).content
    for stranger in (officer_d, clerk2, admin):
        with pytest.raises(NotFound):
            signing.exported(stranger, number)


def limits(actor: Actor) -> int:
    """Propose another least base."""
    topic = ProposalTopic.LIMITS
    typed = dict(policy_view.current(actor, topic)) | {PolicyKey.BASE_MIN: "2000.00"}
    return policy_changes.propose(
        actor, topic, typed, effective_from=date(2026, 8, 1), source="黔东南公积金〔2026〕1号"
    )


@contextmanager
def unsigned() -> Iterator[None]:
    """Do what is not this test's subject without a key."""
    settings.SIGNATURES = False
    yield
    settings.SIGNATURES = True


def test_no_evidence_is_asked_where_signatures_are_off(
    clerk2: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SIGNATURES", False)
    assert signing.prepare(clerk2, lambda _: pytest.fail("no rehearsal is needed")) is None
    submitted(clerk2)
    with snapshot() as session:
        assert session.scalars(select(Step.evidence_id)).all() == [None]


def test_a_base_that_moved_between_signing_and_approval_is_found(
    clerk2: Actor, officer_a: Actor, key: Key
) -> None:
    key.done(clerk2, ready(clerk2))
    with snapshot() as session:
        case = session.scalars(select(Case).filter_by(kind=BusinessKind.BASE_ADJUSTMENT)).one()
    act: Act = lambda who: review.approve(who, case.id, version=case.version, opinion="同意")  # noqa: E731
    prepared = signing.prepare(officer_a, act)
    assert prepared
    signer = signing.sign(officer_a, key.fingerprint, prepared, key.sign(prepared.document))
    with transaction() as session:
        someone = select(Contributor.id).filter_by(employer_id=clerk2.employer).limit(1)
        session.execute(
            update(Contributor)
            .where(Contributor.id == someone.scalar_subquery())
            .values(name="改名")
        )
    with pytest.raises(SignedOtherwise):
        act(signer)
