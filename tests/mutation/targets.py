"""Whose rules must be guarded: each module, and the tests that are asked, those that tell soonest first."""

from typing import NamedTuple


class Target(NamedTuple):
    module: str
    tests: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{self.module.replace('.', '/')}.py"


_APPROVAL = (
    "tests/test_approval.py", "tests/test_withdrawal.py", "tests/test_review_queue.py",
    "tests/test_deferral.py", "tests/test_rate_adjustment.py", "tests/test_works.py",
)  # fmt: skip
MONEY = (
    Target("services.rules.contribution", ("tests/test_rules.py",)),
    Target("services.rules.limits", ("tests/test_rules.py", "tests/test_base_adjustment.py")),
    Target(
        "services.remittance.booking",
        ("tests/test_money.py", "tests/test_corrections.py", "tests/test_back_payment.py"),
    ),
    Target("services.months_due", ("tests/test_remittance.py", "tests/test_back_payment.py")),
    Target("services.past_months", ("tests/test_back_payment.py",)),
)
WORKFLOW = (
    Target("services.approval.engine", _APPROVAL),
    Target("services.approval.conflicts", ("tests/test_conflicts.py", *_APPROVAL)),
    Target("services.remittance.chain", ("tests/test_remittance.py", "tests/test_back_payment.py")),
)
AUTHORISATION = (
    Target("services.actor", ("tests/test_permissions.py",)),
    Target("services.approval.deciders", _APPROVAL),
    Target("services.approval.casework", _APPROVAL),
)
IMPORT = (
    Target("services.contributor_registration.entry", ("tests/test_contributor_registration.py",)),
    Target("services.contributor_registration.facts", ("tests/test_contributor_registration.py",)),
    Target("services.contributor_status_change.entry", ("tests/test_contributor_status_change.py",)),
    Target("services.contributor_status_change.facts", ("tests/test_contributor_status_change.py",)),
    Target("services.base_adjustment.facts", ("tests/test_base_adjustment.py",)),
)  # fmt: skip
TARGETS = {"money": MONEY, "workflow": WORKFLOW, "authorisation": AUTHORISATION, "import": IMPORT}
