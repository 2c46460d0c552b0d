"""What every table shares: constraint names, money, instants, coded columns, the primary key."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, mapped_column
from sqlalchemy.types import TypeDecorator

from data.enums import LabelledEnum

FEN_PER_YUAN = 100


class PartOfFen(ValueError):
    """An amount of money that whole fen cannot hold."""


class YuanType(TypeDecorator[Decimal]):
    """Yuan in Python, whole fen in the database: SQLite keeps no exact decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        fen = Decimal(value) * FEN_PER_YUAN
        if fen != int(fen):
            raise PartOfFen(value)
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value).scaleb(-2)


class InstantType(TypeDecorator[datetime]):
    """A moment, always in UTC and always aware: SQLite forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def Coded(enum: type[LabelledEnum]) -> Enum:  # noqa: N802 — reads as the column type it is
    """Make a column that holds one of the codes of `enum`, checked on the way in and out."""
    return Enum(enum, native_enum=False, length=30, values_callable=list, validate_strings=True)


def partial_index(
    name: str,
    *columns: InstrumentedAttribute[Any],
    where: ColumnElement[bool],
    unique: bool = False,
) -> Index:
    """Make an index over the rows that are so, on either database."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


#: For tables whose rows are deleted while pages know them by id: SQLite would give the next row the
#: highest id that has become free, and an old page would mean another row.
NEVER_AGAIN: Final = {"sqlite_autoincrement": True}
#: The type of a row's number. What refers to one by its number alone takes it from there.
NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(NUMBER, primary_key=True)]
Yuan = Annotated[Decimal, mapped_column(YuanType)]
Instant = Annotated[datetime, mapped_column(InstantType)]


class Base(DeclarativeBase):
    # Named constraints, so that a later migration can drop what an earlier one made.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
