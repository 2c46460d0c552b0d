"""The moves of a case (流转): which there are, whose they are, what the audit calls them."""

from data.enums import OFFICERS, Action, AuditAction, CaseStatus, Role

#: Every legal move; there are no others.
MOVES = {
    (CaseStatus.DRAFT, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.RETURNED, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.REJECTED, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.WITHDRAWN, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.RETURNED, Action.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.REJECTED, Action.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.WITHDRAWN, Action.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.PENDING, Action.WITHDRAW): CaseStatus.WITHDRAWN,
    (CaseStatus.PENDING, Action.TRANSFER): CaseStatus.PENDING,
    (CaseStatus.PENDING, Action.APPROVE): CaseStatus.APPROVED,
    (CaseStatus.PENDING, Action.RETURN): CaseStatus.RETURNED,
    (CaseStatus.PENDING, Action.REJECT): CaseStatus.REJECTED,
}
#: Who may.
MAY: dict[Action, tuple[Role, ...]] = {
    Action.SUBMIT: (Role.CLERK,),
    Action.CLOSE: (Role.CLERK,),
    Action.WITHDRAW: (Role.CLERK,),
    Action.TRANSFER: OFFICERS,
    Action.APPROVE: OFFICERS,
    Action.RETURN: OFFICERS,
    Action.REJECT: OFFICERS,
}
#: What the audit calls each.
TOLD = {
    Action.SUBMIT: AuditAction.CASE_SUBMIT,
    Action.CLOSE: AuditAction.CASE_CLOSE,
    Action.WITHDRAW: AuditAction.CASE_WITHDRAW,
    Action.TRANSFER: AuditAction.CASE_TRANSFER,
    Action.APPROVE: AuditAction.CASE_APPROVE,
    Action.RETURN: AuditAction.CASE_RETURN,
    Action.REJECT: AuditAction.CASE_REJECT,
}
#: What the employer has to act on again.
TURNED_BACK = (CaseStatus.RETURNED, CaseStatus.REJECTED, CaseStatus.WITHDRAWN)
