"""The peer's own tables: the columns that a base adjustment needs, and its rules in `clean`."""

from django.core.exceptions import ValidationError
from django.db import models

from bench.peers import rules


class Contributor(models.Model):
    id = models.BigIntegerField(primary_key=True)
    employer_id = models.IntegerField(db_index=True)
    account = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    id_number = models.CharField(max_length=18, db_index=True)
    status = models.CharField(max_length=2)
    base = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        app_label = "django_roster"
        db_table = "contributor"


class Line(models.Model):
    case_id = models.BigIntegerField()
    row = models.IntegerField()
    contributor = models.ForeignKey(Contributor, on_delete=models.PROTECT)
    old_base = models.BigIntegerField()
    new_base = models.BigIntegerField()
    employer_amount = models.BigIntegerField()
    contributor_amount = models.BigIntegerField()

    name = id_number = rates = ""
    old_amount = 0

    class Meta:
        app_label = "django_roster"
        db_table = "line"
        constraints = [  # noqa: RUF012 — Django's own way
            models.UniqueConstraint(fields=["case_id", "contributor"], name="uq_case_contributor")
        ]

    def clean(self) -> None:
        person = self.contributor
        faults = {}
        if person.status != rules.NORMAL:
            faults["contributor"] = "状态不是正常"
        for field, kept in (
            ("name", person.name), ("id_number", person.id_number), ("rates", rules.RATES),
            ("old_base", person.base), ("old_amount", person.amount),
        ):  # fmt: skip
            if getattr(self, field) != kept:
                faults[field] = "不得修改"
        if objection := rules.limits_objection(self.new_base):
            faults["new_base"] = objection
        if faults:
            raise ValidationError([f"{field}：{reason}" for field, reason in faults.items()])
        self.employer_amount = self.contributor_amount = rules.part(self.new_base)
