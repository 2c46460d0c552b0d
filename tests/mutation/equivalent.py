"""Changes that make no difference, module by module, and why."""

EQUIVALENT: dict[str, dict[str, str]] = {
    "services.policy": {
        "'T' → 'TX'": "what a type is called is nobody's business",
        "1 → 2": "of the rows of a limit the first is taken, however many there are",
        "return False → return None": "whether a window has passed is asked for its truth alone",
    },
    "services.remittance.booking": {
        "session.flush() → pass": "the next question writes down what is new by itself",
        "Contributor.paid_to < booked.month → Contributor.paid_to <= booked.month": (
            "who is paid to this very month is set to it once more"
        ),
    },
    "services.remittance.unbooking": {
        "session.flush() → pass": "the next statement writes down what is new by itself",
        "booked.month < month.number → booked.month <= month.number": (
            "the month itself is no longer booked by then"
        ),
    },
    "services.months_due": {
        "999912 → 999913": "no month comes as late as either",
    },
    "services.approval.requirements": {
        "False → True": "the same is read again, however it is spelt",
    },
    "services.base_adjustment.judging": {
        "True → False": "the columns of one sheet are equally long",
    },
    "services.files.numbers": {
        "len(part) > 2 → len(part) >= 2": "then the same is found by looking closely",
        "return int(spelling) * 100 → return None": "then the same is found by looking closely",
        "return int(whole + part.ljust(2, '0')) → return None": (
            "then the same is found by looking closely"
        ),
    },
    "services.approval.engine": {
        "session.flush() → pass": "the next statement writes down what is new by itself",
    },
}
