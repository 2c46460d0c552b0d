"""Who may call what (权限表): every public use case of `services`, and every page, with its roles.

A use case or a page that is new has no entry here, and then a test fails: whoever adds one says whose
it is. EVERYBODY stands for what hands out only one's own: works, slips, signatures.
"""

from data.enums import ADMINISTRATORS, OFFICERS, Role

EVERYBODY = tuple(Role)
STAFF = tuple(role for role in Role if role is not Role.CLERK)
_MAY: tuple[tuple[tuple[Role, ...], str], ...] = (
    ((Role.CLERK,), """
        base_adjustment.approval: situation season attach detach submit
        base_adjustment.desk: desk
        base_adjustment.roster: roster set_bases delete_rows
        base_adjustment.workbook: template check_workbook import_workbook within_limits
        contributor_info_change: people situation enter take_back attach detach submit
        contributor_query.accounts: accounts
        contributor_query.changes: changes
        contributor_query.listing: choices
        contributor_query.statuses: statuses
        contributor_registration.approval: situation confirm
        contributor_registration.outcome: outcome outcome_workbook
        contributor_registration.roster: roster add delete_rows
        contributor_registration.workbook: rates template check_workbook import_workbook within_limits
        contributor_status_change.approval: situation confirm
        contributor_status_change.candidates: candidates
        contributor_status_change.roster: roster add delete_rows
        contributor_status_change.workbook: template check_workbook import_workbook
        deferral.approval: situation preview attach detach submit
        deferral.back_payment: back_payment
        employer_info_change: situation enter take_back attach detach submit
        employer_info_query: changes
        home: home
        inbox: count counts notes tasks mark_read delete
        own_cases: course waiting withdraw end_flow
        rate_adjustment.approval: situation preview submitted choose attach detach submit
        remittance.assess: situation assess
        remittance.deferred: deferred_months assess_deferred
        remittance.edit: assessed_months roster download delete
    """),
    (OFFICERS, """
        arrears: behind remind
        register.opening: choices open_employer add_clerk
        remittance.arrivals: foresee receive receive_all pay_from_balance
        remittance.arrivals_workbook: template check_workbook import_workbook
        remittance.balances: unallocated
        remittance.correction_list: corrections
        remittance.correction_deciding: confirm reject
        remittance.corrections: foresee propose_reversal propose_refund withdraw
        remittance.desk: waiting
        review: open_case leave approve send_back reject colleagues transfer
        review_batch: approve
        review_queue: queue waiting next_case
    """),
    ((Role.REVIEWER,), """
        remittance.desk: approve send_back
    """),
    ((Role.CLERK, *OFFICERS), """
        approval.papers: content
        remittance_prints: voucher roster changes
    """),
    ((Role.CLERK, *OFFICERS, *ADMINISTRATORS, Role.AUDITOR), """
        signing: exported
    """),
    ((Role.MANAGER,), """
        overview.board: default_scope page chart behind
    """),
    ((*OFFICERS, Role.AUDITOR), """
        remittance.balances: ledger
    """),
    (STAFF, """
        register.employer_file: opened
        register.employer_records: people cases
        register.employer_months: months owed
        register.scope: visible
        register.search: search
        working_days: listed
    """),
    ((Role.DIRECTOR, Role.MANAGER, *ADMINISTRATORS, Role.AUDITOR), """
        administration.policy_effects: of_proposal
        administration.policy_view: overview terms current changes change history
    """),
    ((Role.ADMINISTRATOR,), """
        administration.policy_changes: propose propose_terms propose_days
        administration.roles: propose
        administration.users: create enable reset_password
    """),
    (ADMINISTRATORS, """
        administration.policy_changes: confirm reject withdraw
        administration.policy_effects: of_values
        administration.roles: confirm reject withdraw
        administration.users: disable unlock
    """),
    ((*ADMINISTRATORS, Role.AUDITOR), """
        administration.revocation_lists: held
        administration.users: staff
        administration.roles: listed
    """),
    ((Role.SECURITY_ADMINISTRATOR,), """
        administration.demo_keys: make
        administration.revocation_lists: take_in
    """),
    ((Role.AUDITOR,), """
        administration.correction_log: corrections
    """),
    ((Role.SECURITY_ADMINISTRATOR, Role.AUDITOR), """
        administration.audit_log: events exports
    """),
    ((*OFFICERS, Role.SECURITY_ADMINISTRATOR), """
        administration.certificate_list: holders examine
        administration.certificates: bind renew suspend resume revoke
    """),
    ((*OFFICERS, *ADMINISTRATORS, Role.AUDITOR), """
        register.employer_records: course
        administration.certificate_list: count keys history
    """),
    (EVERYBODY, """
        exports: save
        imports: begin mend take
        prints: listing once kept
        signing: prepare sign
        slips: keep fetch
        works.desk: start again progress soon content size latest listed live close
    """),
)  # fmt: skip


def _read() -> dict[str, frozenset[Role]]:
    table: dict[str, frozenset[Role]] = {}
    for roles, lines in _MAY:
        for line in lines.split("\n"):
            module, _, names = line.strip().partition(": ")
            table |= {f"{module}.{name}": frozenset(roles) for name in names.split()}
    return table


USE_CASES = _read()
_DESK = "review months arrivals register certificates handbook"
PAGES: dict[Role, str] = {
    Role.CLERK: "home employer_info_change base_adjustment remittance employer_info_query"
    " rate_adjustment contributor_query contributor_registration contributor_info_change"
    " contributor_status_change deferral inbox handbook",
    Role.REVIEWER: _DESK,
    Role.SENIOR_REVIEWER: _DESK,
    Role.DIRECTOR: f"{_DESK} policy",
    Role.MANAGER: "overview register policy handbook",
    Role.ADMINISTRATOR: "policy users certificates register handbook",
    Role.SECURITY_ADMINISTRATOR: "policy users certificates register audit_log handbook",
    Role.AUDITOR: "audit_log policy users certificates register handbook",
}
#: What an auditor may call: it reads, every one of it.
READING = frozenset(
    """
    events exports count keys history overview terms current changes change of_proposal held staff
    role_changes corrections opened people cases course months owed ledger visible search listed exported
    """.split()  # noqa: SIM905
)
