"""`python -m verify`: prove that what the hall keeps is whole (核对), check by check, row by row."""

import sys
from collections.abc import Callable, Mapping
from typing import Final

import settings
from data import database
from services import audit_verify, soundness
from services.summary import verify as summaries
from services.verdict import Verdict

#: A check looks at everything of its kind and names each fault with its row.
CHECKS: Final[Mapping[str, Callable[[], Verdict]]] = {
    "审计链": audit_verify.verify,
    "汇总与明细": summaries.verify,
    "材料与打印件": soundness.files,
    "数据库": soundness.database,
}


def main(arguments: list[str] | None = None) -> int:
    """Run every check; with `--rebuild` write the summaries anew from the details first."""
    asked = sys.argv[1:] if arguments is None else arguments
    engine = database.connect(settings.DATABASE_URL)
    try:
        if "--rebuild" in asked:
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
