"""`python -m first_administrators`: write down the first two (首任管理员) of a hall that has nobody yet.

Each is named with a user name and the file of her UKey's certificate; the passwords are asked for.
"""

import argparse
import getpass
import sys
from pathlib import Path

from streamlit import logger as streamlit_logger

import settings
from data import database, schema
from services.administration import first_administrators
from services.administration.first_administrators import FirstAdministrator
from services.errors import BusinessError

WORDS = ("姓名", "用户名", "证书文件")


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    streamlit_logger.set_log_level(
        "ERROR"
    )  # the password hasher's package warns outside its server
    engine = database.connect(settings.DATABASE_URL)
    try:
        schema.require(engine)
        first_administrators.appoint(_named(*asked.administrator), _named(*asked.security))
    except (BusinessError, schema.Unfit, OSError) as refusal:
        sys.stderr.write(f"未办理：{refusal}\n")
        return 1
    finally:
        engine.dispose()
    sys.stdout.write("已建立系统管理员和安全管理员各一名，可从【中心人员登录】进入\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m first_administrators", description="首任管理员"
    )
    for name, what in (("--administrator", "系统管理员"), ("--security", "安全管理员")):
        parser.add_argument(name, nargs=3, metavar=WORDS, required=True, help=what)
    return parser


def _named(name: str, username: str, certificate: str) -> FirstAdministrator:
    return FirstAdministrator(name, username, _password(name), Path(certificate).read_bytes())


def _password(name: str) -> str:
    while True:
        first = getpass.getpass(f"{name}的密码（12位以上）：")
        if first == getpass.getpass("再次输入："):
            return first
        sys.stderr.write("两次输入不一致，请重新输入。\n")


if __name__ == "__main__":
    sys.exit(main())
