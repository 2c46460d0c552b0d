"""`python -m restore FOLDER [--replace]`: bring a backup back (恢复) and verify it. The hall is stopped.

What the database holds already is kept beside it with `--replace`; without, nothing is done.
"""

import argparse
import sys
from pathlib import Path

import settings
import verify
from data import database, dump, schema
from services import backup, restore


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="restore")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replace", action="store_true")
    asked = parser.parse_args(arguments)
    engine = database.connect(settings.DATABASE_URL)
    try:
        found = restore.restore(asked.folder.resolve(), replace=asked.replace)
        schema.require(engine)
    except dump.NotEmpty:
        sys.stderr.write("数据库不是空的，未恢复。确认后请加 --replace，原有数据将另存。\n")
        return 1
    except backup.Damaged as fault:
        sys.stderr.write(f"备份不可用，未恢复：{fault}\n")
        return 1
    finally:
        engine.dispose()
    sys.stdout.write(f"已恢复{found.made_at}的备份：{found.rows:,}行，{found.files}个文件\n")
    if found.aside:
        sys.stdout.write(f"原有数据另存为：{found.aside}\n")
    if found.lost_to > found.kept_to:
        sys.stdout.write(f"备份之后的审计事件第{found.kept_to + 1}至{found.lost_to}条已丢失\n")
    return verify.main([])


if __name__ == "__main__":
    sys.exit(main())
