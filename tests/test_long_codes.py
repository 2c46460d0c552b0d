"""A machine's long codes stand on one line, with the whole of each within reach."""

from components import long_codes

WHOLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def test_a_fingerprint_is_shortened_in_the_middle_and_its_title_is_the_whole() -> None:
    found = long_codes.html(f"办理：绑定；证书指纹：{WHOLE}；人员编号：7")
    assert found == (
        f'办理：绑定；证书指纹：<abbr class="hall-digest" title="{WHOLE}">'
        "9f86d081…b0f00a08</abbr>；人员编号：7"
    )


def test_what_is_short_or_no_code_stands_as_it_is_and_is_made_safe() -> None:
    for text in ("业务 508", "522601199003070017", "administration.users.staff", WHOLE[:23]):
        assert long_codes.html(text) == long_codes.shortened(text) == text
    assert long_codes.html(f"<b>{WHOLE}&") == (
        f'&lt;b&gt;<abbr class="hall-digest" title="{WHOLE}">9f86d081…b0f00a08</abbr>&amp;'
    )
    assert long_codes.shortened(f"{WHOLE}、{WHOLE}") == "9f86d081…b0f00a08、9f86d081…b0f00a08"
