"""What an auditor reads of an event's codes: words where there are some, the codes where there are none."""

import pytest

from components import audit_words


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("{}", "—"),
        ('{"kind":"employer_info_change"}', "业务：单位信息变更"),
        ('{"item":"industry"}', "项目：所属行业"),
        ('{"fen":1234567,"month":202607}', "金额（元）：12,345.67；年月：2026-07"),
        ('{"after":"returned","before":"pending"}', "之前：待审核；之后：已退回"),
        ('{"reason":"NotAllowed","tries":3}', "原因：NotAllowed；tries：3"),
        ('{"month":202613,"new":["a=1","b=2"]}', "新值：a=1、b=2；年月：202613"),
        (
            '{"new":["branch=01","role=reviewer"],"old":["base_max=21774.00","branch="]}',
            "原值：缴存基数上限（元） 21774.00、管理部 —；新值：管理部 凯里管理部、角色 初审员",
        ),
        ('{"new":["2026-11-09=holiday|州庆"]}', "新值：2026-11-09 放假（州庆）"),
        ("no object", "no object"),
        ("[1]", "[1]"),
    ],
)
def test_codes_that_have_a_word_are_told_in_it_and_the_others_stand(
    payload: str, words: str
) -> None:
    assert audit_words.facts(payload) == words


def test_what_an_event_is_about_is_told_by_kind_and_number() -> None:
    assert audit_words.subject("case:508") == "业务 508"
    assert audit_words.subject("session") == "会话"
    assert audit_words.subject("inbox.read") == "inbox.read"
