"""The businesses that go through the approval engine, each with its kind: the one visible list."""

from collections.abc import Mapping

from data.enums import BusinessKind
from services import contributor_info_change, employer_info_change
from services.approval.kind import ApprovalKind
from services.base_adjustment import kind as base_adjustment
from services.contributor_registration import approval as contributor_registration
from services.contributor_status_change import kind as contributor_status_change
from services.deferral import kind as deferral
from services.rate_adjustment import kind as rate_adjustment
from services.remittance import approval as remittance

KINDS: tuple[ApprovalKind, ...] = (
    *employer_info_change.KINDS,
    base_adjustment.KIND,
    *remittance.KINDS,
    rate_adjustment.KIND,
    *contributor_registration.KINDS,
    *contributor_info_change.KINDS,
    *contributor_status_change.KINDS,
    deferral.KIND,
)
BY_CODE: Mapping[BusinessKind, ApprovalKind] = {kind.code: kind for kind in KINDS}
