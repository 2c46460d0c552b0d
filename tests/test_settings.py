"""What an operator sets wrong is said in words at the start, and nothing is begun."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import settings
from data import schema
from demo import __main__ as demo

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("name", "said", "told"),
    [
        ("HALL_PORT", "abc", "环境变量HALL_PORT应为端口号，现为“abc”"),
        (
            "HALL_TODAY",
            "2026-13-01",
            "环境变量HALL_TODAY应为日期（如2026-07-06），现为“2026-13-01”",
        ),
        ("HALL_ORIGIN", "hall.example.cn", "环境变量HALL_ORIGIN应为网址"),
        ("HALL_ORIGIN", "https://hall.example.cn/", "环境变量HALL_ORIGIN应为网址"),
        ("HALL_WORKS", "elsewhere", "环境变量HALL_WORKS应为here或queue"),
        ("HALL_PATIENCE", "bald", "环境变量HALL_PATIENCE应为秒数"),
    ],
)
def test_a_setting_that_cannot_be_meant_ends_the_start_in_words(
    name: str, said: str, told: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import settings"],
        cwd=ROOT, env={**os.environ, name: said}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1


def test_the_readme_tells_of_each_variable_once() -> None:
    variable = "([A-Z]+(?:_[A-Z]+)+)"
    read = re.findall(f'"{variable}"', (ROOT / "settings.py").read_text("utf-8"))
    rows = re.findall(r"^\| (`[^|]*) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    told = [name for row in rows for name in re.findall(f"`{variable}`", row)]
    assert sorted(told) == sorted(set(read))


@pytest.mark.parametrize(
    ("setting", "variable"), [("HALL_PORT", "HALL_PORT"), ("AGENT_PORT", "UKEY_AGENT_PORT")]
)
def test_the_demo_names_the_port_that_is_taken_and_the_way_to_another(
    setting: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as mine, socket.socket() as spare:
        for one in (mine, spare):
            one.bind(("127.0.0.1", 0))
        mine.listen()
        taken, free = mine.getsockname()[1], spare.getsockname()[1]
        spare.close()
        for other in ("HALL_PORT", "AGENT_PORT"):
            monkeypatch.setattr(settings, other, taken if other == setting else free)
        assert f"端口{taken}已被占用" in demo.taken()
        assert f"{variable}={taken + 1} make run" in demo.taken()


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    engine = create_engine(f"postgresql+psycopg://hall:secret@127.0.0.1:{port}/hall")
    with pytest.raises(
        schema.Unfit, match=f"无法连接数据库.*hall:\\*\\*\\*@127.0.0.1:{port}"
    ) as told:
        schema.require(engine)
    assert "secret" not in str(told.value)
