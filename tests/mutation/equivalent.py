"""Changes that make no difference, module by module, and why."""

EQUIVALENT: dict[str, dict[str, str]] = {
    "services.remittance.booking": {
        "session.flush() → pass": "the next question writes down what is new by itself",
        "Contributor.paid_to < row.month → Contributor.paid_to <= row.month": (
            "who is paid to this very month is set to it once more"
        ),
    },
}
