"""`python -m migrate`: make the database, or bring an older one to the present structure (迁移).

An older one is backed up first. Back is to restore that backup: there is no way down.
"""

import sys

import settings
from data import database, migrating, schema
from services import backup
from services.summary import verify


def main() -> int:
    engine = database.connect(settings.DATABASE_URL)
    try:
        before = schema.revision(engine)
        is_older = before is not None and before != migrating.head()
        if is_older:
            sys.stdout.write(f"已备份：{backup.make()}\n")
        schema.create(engine)
        if is_older:
            with database.transaction() as session:
                verify.rebuild(session)
        schema.require(engine)
    except schema.Unfit as unfit:
        sys.stderr.write(f"未迁移：{unfit}。\n")
        return 1
    finally:
        engine.dispose()
    sys.stdout.write(f"数据库版本：{before or '新建'} → {migrating.head()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
