"""Streamlit speaks Chinese: every row of the table is still there to be replaced."""

import gzip
import re

import pytest

from tests.web.conftest import PAGE
from web import wording, words

JS = "/static/js/"


def test_every_row_still_occurs_in_this_streamlit() -> None:
    missing = [row for row in words.rows() if not _occurs(row)]
    assert not missing


def test_no_english_of_the_table_is_left() -> None:
    for name, pairs in wording.changed_scripts().items():
        text = wording.translated(name)
        left = [english for english, _ in pairs if english in text]
        assert not left, name


def test_the_code_around_the_words_stays_whole() -> None:
    for row in words.rows():
        assert _shape(row.english) == _shape(row.chinese), row


@pytest.mark.parametrize(
    ("script", "chinese"),
    [("FileUploader", "选择文件"), ("DataFrame", "升序排列"), ("index", "网络连接已中断"),
     ("utils", "请选择"), ("Pagination", "下一页")],
)  # fmt: skip
def test_the_scripts_are_served_in_chinese(clerk, script, chinese) -> None:
    clerk.get("/", headers=PAGE)
    texts = [clerk.get(JS + name).text for name in _files(script)]
    assert any(chinese in text for text in texts)


def test_a_changed_script_is_compressed_and_asked_for_again_by_its_tag(clerk) -> None:
    name = _files("FileUploader")[0]
    clerk.get("/", headers=PAGE)
    first = clerk.get(JS + name, headers={"accept-encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "private, max-age=86400"
    again = clerk.get(JS + name, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    plain = clerk.get(JS + name, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(wording.script(name).compressed)


def test_unchanged_scripts_stay_streamlits_and_are_kept_for_good(clerk) -> None:
    clerk.get("/", headers=PAGE)
    name = next(p.name for p in (wording.FOLDER / "static" / "js").glob("react-dom.*.js"))
    answer = clerk.get(JS + name, headers={"accept-encoding": "gzip"})
    assert answer.content == (wording.FOLDER / "static" / "js" / name).read_bytes()
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, immutable, max-age=31536000"


def test_the_index_names_the_scripts_of_every_page_with_all_that_they_import(clerk) -> None:
    text = clerk.get("/", headers=PAGE).text
    named = re.findall(r'(?:src|href)="\./static/js/([^"]+)"', text)
    assert len(named) == len(set(named))
    for stem in ("Html", "BidiComponent", "Button"):
        (script,) = (name for name in named if name.startswith(f"{stem}."))
        imported = re.findall(r'(?:from|import)"\./([^"]+)"', clerk.get(JS + script).text)
        assert imported
        assert set(imported) <= set(named)
    assert {clerk.get(JS + name).status_code for name in named} == {200}


def test_the_index_is_chinese(clerk) -> None:
    text = clerk.get("/", headers=PAGE).text
    assert '<html lang="zh-CN">' in text
    assert "<title>黔东南州住房公积金网上业务大厅</title>" in text
    assert "You need to enable" not in text
    assert "service-desc" not in text
    assert "agent" not in text


def _files(script):
    return [name for name in wording.changed_scripts() if name.startswith(f"{script}.")]


def _occurs(row):
    folder = wording.FOLDER / "static" / "js"
    return any(row.english in (folder / name).read_text("utf-8") for name in _files(row.script))


def _shape(code):
    """What a piece of code leaves open: brackets by kind, and a literal or not."""
    brackets = [code.count(pair[0]) - code.count(pair[1]) for pair in ("()", "[]", "{}")]
    return brackets, code.count("`") % 2, code.count('"') % 2
