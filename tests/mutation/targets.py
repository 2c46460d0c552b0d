"""Whose rules must be guarded: the modules of each area, and the tests that are asked."""

from typing import NamedTuple


class Area(NamedTuple):
    modules: tuple[str, ...]
    tests: tuple[str, ...]


MONEY = Area(
    (
        "services.rules.contribution", "services.rules.limits", "services.policy",
        "services.remittance.booking", "services.remittance.unbooking",
        "services.months_due", "services.past_months",
    ),
    (
        "tests/test_rules.py", "tests/test_money.py", "tests/test_corrections.py",
        "tests/test_back_payment.py", "tests/test_departures.py", "tests/test_policy_changes.py",
        "tests/test_remittance.py", "tests/test_contributor_status_change.py",
        "tests/test_empty_months.py", "tests/test_reassessment.py",
    ),
)  # fmt: skip
WORKFLOW = Area(
    (
        "services.approval.engine", "services.approval.moving", "services.approval.moves",
        "services.approval.conflicts", "services.approval.requirements", "services.approval.holding",
        "services.remittance.chain",
    ),
    (
        "tests/test_approval.py", "tests/test_conflicts.py", "tests/test_withdrawal.py",
        "tests/test_review_queue.py", "tests/test_deferral.py", "tests/test_rate_adjustment.py",
        "tests/test_requirements.py", "tests/test_remittance.py", "tests/test_back_payment.py",
        "tests/test_evidence.py", "tests/test_empty_months.py",
    ),
)  # fmt: skip
AUTHORISATION = Area(
    (
        "services.actor", "services.approval.deciders", "services.approval.casework",
        "services.approval.belonging", "services.register.scope",
    ),
    (
        "tests/test_permissions.py", "tests/test_roles.py", "tests/test_approval.py",
        "tests/test_withdrawal.py", "tests/test_review_queue.py", "tests/test_deferral.py",
        "tests/test_foreign_objects.py", "tests/test_register.py", "tests/test_contributor_query.py",
        "tests/test_conflicts.py", "tests/test_casework.py",
    ),
)  # fmt: skip
IMPORT = Area(
    (
        "services.contributor_registration.entry", "services.contributor_registration.facts",
        "services.contributor_status_change.entry", "services.contributor_status_change.facts",
        "services.base_adjustment.facts", "services.base_adjustment.judging",
        "services.files.numbers", "services.rules.effective",
    ),
    (
        "tests/files", "tests/test_rules.py", "tests/test_contributor_registration.py",
        "tests/test_contributor_status_change.py", "tests/test_base_adjustment.py",
        "tests/test_registration_rules.py", "tests/test_status_change_rules.py",
        "tests/test_base_adjustment_rules.py", "tests/test_known_people.py",
    ),
)  # fmt: skip
TARGETS = {"money": MONEY, "workflow": WORKFLOW, "authorisation": AUTHORISATION, "import": IMPORT}
