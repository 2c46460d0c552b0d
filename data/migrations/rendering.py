"""How a revision (迁移) spells the columns: by what the database has, not by types that may change."""

from typing import Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum

from data.base import InstantType, YuanType


def spell(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Return the plain spelling of one of our own types, or False: the usual one is right."""
    if kind != "type":
        return False
    if isinstance(item, YuanType):
        return "sa.BigInteger()"
    if isinstance(item, InstantType):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False
