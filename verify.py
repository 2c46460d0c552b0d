"""`python -m verify`: prove that what the hall keeps is whole (核对), check by check, row by row."""

import sys
from collections.abc import Callable, Mapping
from typing import Final

import settings
from data import database
from services import audit_verify
from services.summary import verify as summaries
from services.verdict import Verdict

#: A check looks at everything of its kind and names each fault with its row.
CHECKS: Final[Mapping[str, Callable[[], Verdict]]] = {
    "审计链": audit_verify.verify,
    "汇总与明细": summaries.verify,
}


def main() -> int:
    """Run every check; with `--rebuild` write the summaries anew from the details first."""
    engine = database.connect(settings.DATABASE_URL)
    try:
        if "--rebuild" in sys.argv[1:]:
            with database.transaction() as session:
                summaries.rebuild(session)
        verdicts = {title: check() for title, check in CHECKS.items()}
    finally:
        engine.dispose()
    for title, verdict in verdicts.items():
        sys.stdout.write("\n".join(verdict.lines(title)) + "\n")
    return 1 if any(verdict.faults for verdict in verdicts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
