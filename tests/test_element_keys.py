"""Streamlit refuses the key of a component that holds two underscores: none of ours may come to that."""

import pytest
from streamlit.testing.v1 import AppTest

from components import making


def _sign() -> None:
    import streamlit as st

    from components.ukey_sign import sign

    sign.ask(st.session_state["document"], "fingerprint", "签名并提交")


@pytest.mark.parametrize("submission", ["_begins", "in__side", "ends_"])
def test_any_document_can_be_signed_whatever_its_id(submission: str) -> None:
    page = AppTest.from_function(_sign)
    page.session_state["document"] = f'{{"submission":"{submission}"}}'
    page.run()
    assert len(page.exception) == 0
    assert len(page.main.children) == 1


def test_each_document_has_a_field_of_its_own_so_that_no_signature_is_taken_for_another() -> None:
    keys = []
    for document in ("first", "second", "first"):
        page = AppTest.from_function(_sign)
        page.session_state["document"] = document
        page.run()
        keys.append(page.main.children[0].key)
    assert keys[0] == keys[2] != keys[1]


def test_the_word_of_a_press_can_stand_in_a_key() -> None:
    words = {making.click() for _ in range(2_000)}
    assert len(words) == 2_000
    assert not [word for word in words if "_" in word]
