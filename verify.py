"""`python -m verify`: prove that the summaries equal the details and that no fen is lost (核对)."""

import sys

import settings
from data import database
from services.summary import verify


def main() -> int:
    """Name each difference; with `--rebuild` write the summaries anew from the details first."""
    engine = database.connect(settings.DATABASE_URL)
    try:
        if "--rebuild" in sys.argv[1:]:
            with database.transaction() as session:
                verify.rebuild(session)
        found = verify.differences()
    finally:
        engine.dispose()
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"核对完成：{len(found)}处不一致\n" if found else "核对完成：汇总与明细一致\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
