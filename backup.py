"""`python -m backup`: write a backup (备份) of the database and its files into HALL_BACKUPS."""

import sys

import settings
from data import database
from services import backup


def main() -> int:
    engine = database.connect(settings.DATABASE_URL)
    try:
        folder = backup.make()
        facts = backup.read(folder)
    finally:
        engine.dispose()
    rows = sum(table["rows"] for table in facts["tables"].values())
    sys.stdout.write(f"已备份：{folder}，{rows:,}行，{facts['documents']}个文件\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
