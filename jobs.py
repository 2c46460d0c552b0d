"""`python -m jobs`: run every scheduled job (定时任务) once; safe to run twice, or two at once."""

import sys

import settings
from data import database
from services import audit_heads, jobs


def main() -> int:
    engine = database.connect(settings.DATABASE_URL)
    try:
        for name, touched in jobs.run_all().items():
            sys.stdout.write(f"{name}：{touched}家单位\n")
        sys.stdout.write(f"审计链尾导出：第{audit_heads.export()}条\n")
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
