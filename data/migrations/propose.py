"""`python -m data.migrations.propose WORDS`: draft the revision that brings the models' changes.

A draft: columns that must not be empty need a value for the rows that are there, and summaries
need rebuilding, and checks on tables that are there are not noticed. Read it, mend it, then run
tests/test_migrations.py, which compares all of it with the models. Indexes with a condition or an
expression are not noticed either: they are made anew after every upgrade, so that one that changes needs
a revision, an empty one if nothing else changes, for the databases that are there to be upgraded.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from data import engines, migrating


def propose(words: str) -> Path:
    """Write the next revision from the difference between the last one and the models."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engines.open_engine(f"sqlite:///{folder}/draft.db")
        migrating.upgrade(engine, migrating.head())
        with engine.connect() as connection:
            number = f"{int(migrating.head()) + 1:04d}"
            config = migrating.config(connection)
            config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
            made = command.revision(config, words, autogenerate=True, rev_id=number)
        engine.dispose()
    return Path(made.path)  # type: ignore[union-attr]


if __name__ == "__main__":
    sys.stdout.write(f"{propose(' '.join(sys.argv[1:]))}\n")
