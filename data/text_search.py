"""Looking for text by an index, on either database: beginnings, and the last four characters."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

LAST_OF_ALL = "\U0010ffff"


class LastFour(FunctionElement[str]):
    """The last four characters of a text, for an index and for those who ask by them."""

    type = String()
    inherit_cache = True
    name = "last_four"


@compiles(LastFour, "sqlite")
def _sqlite(element: LastFour, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401
    return f"substr({compiler.process(element.clauses, **words)}, -4)"


@compiles(LastFour, "postgresql")
def _postgresql(element: LastFour, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401
    return f"right({compiler.process(element.clauses, **words)}, 4)"


def begins_with(column: Any, text: str, dialect: Dialect) -> ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that `column` begins with `text`, as each database's index can answer.

    PostgreSQL takes LIKE with an index of text patterns; SQLite compares bytes, so a span serves.
    """
    condition: ColumnElement[bool]
    if dialect.name == "postgresql":
        condition = column.startswith(text, autoescape=True)
    else:
        condition = column.between(text, text + LAST_OF_ALL)
    return condition
