"""Soundness (完好性): the files are those that the rows name, the database is whole and of our making."""

from sqlalchemy import text

from data import structure
from data.database import engine
from services import backup
from services.files import storage
from services.files.storage import DocumentDamaged, DocumentMissing
from services.verdict import Verdict


def files() -> Verdict:
    """Read every document and print that a row names: it must be there, and what was uploaded."""
    faults = []
    wanted = backup.named()
    for store, names in wanted.items():
        kept = storage.store(store)
        for name in sorted(names):
            try:
                kept.get(name)
            except DocumentMissing:
                faults.append(f"{store}/{name}：缺失")
            except DocumentDamaged:
                faults.append(f"{store}/{name}：内容与上传时不一致")
    return Verdict(f"{sum(map(len, wanted.values())):,}个文件", faults)


def database() -> Verdict:
    """Have SQLite read all its pages and references; hold the structure against the models."""
    faults = structure.differences(engine())
    if engine().dialect.name == "sqlite":
        with engine().connect() as connection:
            pages = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            faults += [f"数据页：{line}" for line in pages if line != "ok"]
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            faults += [
                f"{table}第{row}行：引用的{parent}不存在" for table, row, parent, _ in broken
            ]
    return Verdict("结构与数据页", faults)
