"""What stands between two rounds: what the last one wrote is forgotten, nothing is left to tidy up."""

from sqlalchemy import Engine, text


def forget(engine: Engine, *tables: str) -> None:
    """Empty these tables, those that refer to others first."""
    with engine.begin() as connection:
        for table in tables:
            connection.execute(text(f'DELETE FROM "{table}"'))
    settle(engine)


def settle(engine: Engine) -> None:
    """Do now what the database would otherwise do in the midst of the next round."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM")


def after_a_night(engine: Engine) -> None:
    """Do what the database does by itself within some minutes of a large load, and know how much there is."""
    settle(engine)
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("ANALYZE")
