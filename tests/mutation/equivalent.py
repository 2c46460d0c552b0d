"""Changes that make no difference, module by module, each by its name, and why."""

_EQUALLY_LONG = "the columns of one sheet are equally long"
_LOOKS_CLOSELY = "then the same is found by looking closely"
_TRUTH = "whether all is right at a glance is asked for its truth alone"
_FIRST_IS_TAKEN = "of the rows of a limit the first is taken, however many there are"
_FLUSHED = "the next statement writes down what is new by itself"

EQUIVALENT: dict[str, dict[str, str]] = {
    "services.policy": {
        "T: 'T' → 'TX'": "what a type is called is nobody's business",
        "value: 1 → 2": _FIRST_IS_TAKEN,
        "of_business: 1 → 2": _FIRST_IS_TAKEN,
        "has_passed: return False → return None": (
            "whether a window has passed is asked for its truth alone"
        ),
    },
    "services.remittance.booking": {
        "post: session.flush() → pass": _FLUSHED,
        "_last: 1 → 2": _FIRST_IS_TAKEN,
        "_move_people: Contributor.paid_to < booked.month → Contributor.paid_to <= booked.month": (
            "who is paid to this very month is set to it once more"
        ),
    },
    "services.remittance.unbooking": {
        "unbook: session.flush() → pass": _FLUSHED,
        "_last_paid: 1 → 2": _FIRST_IS_TAKEN,
        "_last_paid: Assessment.month < month.number → Assessment.month <= month.number": (
            "the month itself is no longer booked by then"
        ),
        "_last_paid: earlier.number > last → earlier.number >= last": (
            "the month booked last is returned, whether it is asked once more or not"
        ),
        "_move_paid_to_back: booked.month < month.number → booked.month <= month.number": (
            "the month itself is no longer booked by then"
        ),
    },
    "services.past_months": {
        "has_changed: change.effective_month > month.number → change.effective_month >= month.number": (
            "what changed from the month itself on is in it: the records say what the accounts say"
        ),
        "_records: change.effective_month > month.number → change.effective_month >= month.number": (
            "each month leaves out once more what took effect no later than itself"
        ),
    },
    "services.approval.requirements": {
        "write_materials: False → True": "the same is read again, however it is spelt",
    },
    "services.base_adjustment.judging": {
        "_enter_plainly_right: True → False": _EQUALLY_LONG,
        "_enter_plainly_right: True → False (2)": _EQUALLY_LONG,
        "_enter_plainly_right: True → False (3)": _EQUALLY_LONG,
        "_enter_plainly_right: True → False (4)": _EQUALLY_LONG,
        "_enter_plainly_right: return False → return None": _TRUTH,
        "_enter_plainly_right: return False → return None (2)": _TRUTH,
    },
    "services.files.numbers": {
        "plain_fens: len(cell) <= _SAFE_DIGITS → len(cell) < _SAFE_DIGITS": _LOOKS_CLOSELY,
        "_trimmed: '0' → '0X'": "among digits stands no X to be taken away",
    },
    "services.contributor_registration.facts": {
        "_MANY: 500 → 501": "how many are asked for at once shows in no answer",
    },
    "services.approval.conflicts": {
        "require_booked: 1 → 2": _FIRST_IS_TAKEN,
    },
    "services.approval.moving": {
        "move: session.flush() → pass": _FLUSHED,
        "_last_moment: 1 → 2": _FIRST_IS_TAKEN,
    },
    "services.approval.engine": {
        "_finish: session.flush() → pass": _FLUSHED,
        "_finish: session.flush() → pass (2)": _FLUSHED,
    },
}
