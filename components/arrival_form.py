"""The form of one credit of the bank's (到账登记), with what entering it would do."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import streamlit as st

from components import brand
from components.form_fields import Fields
from services.files.cells import CellFault
from services.files.words import day
from services.remittance.credits import Credit, Outcome
from services.rules import clock


def draw(
    fields: Fields, employer_number: str, foresee: Callable[[Credit], Outcome | None]
) -> Credit:
    """Draw the form and return what stands in it, however incomplete; a number given is fixed."""
    first, second, third = (st.columns(2, gap="medium") for _ in range(3))
    with first[0]:
        if employer_number:
            fields.fixed("employer_number", "单位账号", employer_number)
        else:
            employer_number = fields.text("employer_number", "单位账号", is_required=True, most=20)
    with first[1]:
        reference = fields.text("reference", "银行流水号", is_required=True, most=40)
    with second[0]:
        amount = fields.money("amount", "到账金额（元）", is_required=True)
    with second[1]:
        arrived_on = fields.text(
            "arrived_on", "到账日期", placeholder=f"{clock.today()}，不填为今天", most=10,
            objection=_objection,
        )  # fmt: skip
    with third[0]:
        payer = fields.text("payer", "付款户名", most=100)
    with third[1]:
        note = fields.text("note", "摘要", most=100)
    credit = Credit(reference, employer_number, amount or Decimal(0), _day(arrived_on), payer, note)
    _effect(credit, foresee)
    return credit


def _effect(credit: Credit, foresee: Callable[[Credit], Outcome | None]) -> None:
    if not credit.employer_number or not credit.amount:
        brand.quiet("填写单位账号和到账金额后，这里显示登记后的入账结果。")
        return
    outcome = foresee(credit)
    if outcome is None:
        brand.banner("没有该单位账号，或该单位不归本管理部办理。", "stop")
    else:
        kind = "good" if outcome.booked else "warn"
        brand.banner(f"登记后：{outcome.employer_name}，{outcome.text}。", kind)


def _day(typed: str) -> date:
    try:
        return day(typed) or clock.today()
    except CellFault:
        return clock.today()


def _objection(typed: str) -> str | None:
    try:
        day(typed)
    except CellFault as fault:
        return fault.reason
    return None
