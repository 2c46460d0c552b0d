"""django-import-export in bulk mode, tuned: people loaded once, no diffs, batches of 2,000.

It reads by tablib and openpyxl, as it does for everybody, and commits all rows or none.
"""

# ruff: noqa: PLC0415 — Django's own modules can only be imported once it is set up

from pathlib import Path
from typing import Any

import django
import tablib
from django.conf import settings
from sqlalchemy import URL, make_url

from bench.peers import database, rules

BATCH = 2_000
_COLUMNS = "id, employer_id, account, name, id_number, status, base"
_PEOPLE = f"SELECT {_COLUMNS}, employer_amount + contributor_amount FROM contributor"
_FILL = f"INSERT INTO contributor ({_COLUMNS}, amount) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"


def _configure(address: str) -> None:
    settings.configure(
        USE_TZ=False,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "import_export",
            "bench.peers.django_roster",
        ],
        DATABASES={"default": _database(make_url(address))},
    )
    django.setup()


def _database(url: URL) -> dict[str, Any]:
    if url.drivername.startswith("postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql", "NAME": url.database,
            "USER": url.username, "HOST": url.query["host"],
        }  # fmt: skip
    durable = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
    return {
        "ENGINE": "django.db.backends.sqlite3", "NAME": url.database,
        "OPTIONS": {"init_command": durable, "transaction_mode": "IMMEDIATE"},
    }  # fmt: skip


class Way:
    is_bulk = True

    def __init__(self, address: str) -> None:
        _configure(address)
        self.resource = _resource(is_bulk=self.is_bulk)

    def reset(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM line")
            is_sqlite = connection.vendor == "sqlite"
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)" if is_sqlite else "VACUUM line")

    def stored(self) -> int:
        from bench.peers.django_roster.models import Line

        return Line.objects.count()

    def run(self, book: Path) -> None:
        dataset = tablib.Dataset().load(book.read_bytes(), format="xlsx")
        result = self.resource().import_data(
            dataset, use_transactions=True, rollback_on_validation_errors=True
        )
        if result.has_errors() or result.has_validation_errors():
            raise rules.Rejected(result.base_errors[:1], result.row_errors()[:1])


def fill(address: str, hall: str) -> None:
    """Make the peer's tables by Django's own DDL, with the people of the hall's database."""
    _configure(address)
    from django.db import connection, transaction

    from bench.peers.django_roster.models import Contributor, Line

    with connection.schema_editor() as editor:
        editor.create_model(Contributor)
        editor.create_model(Line)
    with database.connect(hall).connect() as source:
        people = source.exec_driver_sql(_PEOPLE).all()
    with transaction.atomic(), connection.cursor() as cursor:  # not one for each of 300,000
        cursor.executemany(_FILL, people)
        cursor.execute("ANALYZE contributor")


def _resource(*, is_bulk: bool) -> Any:  # noqa: ANN401 — a class that can only be made once Django is set up
    """Return the resource class, as its documentation tells to write one for speed."""
    from import_export import fields, resources, widgets

    from bench.peers.django_roster.models import Contributor, Line

    class Fen(widgets.Widget):
        def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> int:  # noqa: ANN401, ARG002
            if not isinstance(value, int | float):
                raise ValueError("应填写数字")  # noqa: TRY004 — the one it shows by row
            return rules.fen(value)

    class Person(widgets.ForeignKeyWidget):
        def __init__(self, people: dict[str, Any]) -> None:
            super().__init__(Contributor, "account")
            self.people = people

        def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> Any:  # noqa: ANN401, ARG002
            if value not in self.people:
                raise ValueError("不是本单位的个人账号")
            return self.people[value]

    class RosterResource(resources.ModelResource):
        case_id = fields.Field("case_id", "case_id")
        row = fields.Field("row", "序号", widgets.IntegerWidget())
        name = fields.Field("name", "姓名")
        id_number = fields.Field("id_number", "证件号码")
        rates = fields.Field("rates", "缴存比例")
        old_base = fields.Field("old_base", "调整前基数", Fen())
        old_amount = fields.Field("old_amount", "调整前月缴存额", Fen())
        new_base = fields.Field("new_base", "调整后基数", Fen())
        contributor = fields.Field(
            "contributor", "个人账号", widgets.ForeignKeyWidget(Contributor, "account")
        )

        class Meta:
            model = Line
            fields = (
                "case_id", "row", "contributor", "name", "id_number", "rates",
                "old_base", "old_amount", "new_base",
            )  # fmt: skip
            import_id_fields = ("case_id", "contributor")
            use_bulk = is_bulk
            batch_size = BATCH
            force_init_instance = is_bulk
            skip_diff = is_bulk
            skip_html_diff = is_bulk
            store_instance = False
            skip_unchanged = False
            report_skipped = not is_bulk

        def before_import(self, dataset: Any, **_kwargs: Any) -> None:  # noqa: ANN401
            people = {
                one.account: one for one in Contributor.objects.filter(employer_id=rules.EMPLOYER)
            }
            if is_bulk:
                self.fields["contributor"].widget = Person(people)
            there = set(dataset["个人账号"])
            for account, person in people.items():
                if person.status == rules.NORMAL and account not in there:
                    raise ValueError(f"缺少职工{person.name}")
            dataset.append_col([rules.EMPLOYER] * len(dataset), header="case_id")

        def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:  # noqa: ANN401
            super().import_instance(instance, row, **kwargs)
            instance.clean()

    return RosterResource
