"""The UKey client to install (数字证书驱动下载): our own agent, packed for a clerk's computer."""

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

import settings
import ukey

FOLDER: Final = "UKey客户端"
NAME: Final = "UKey客户端.zip"
_PACKAGES: Final = "python-pkcs11 asn1crypto cryptography"
_READ_ME: Final = """UKey客户端 安装说明

1. 先安装UKey厂家随UKey提供的驱动程序。
2. 安装 Python 3.11 或更新版本（安装时勾选 Add python.exe to PATH）。
3. 在本文件夹打开命令行，执行：python -m pip install {packages}
4. 把厂家驱动的PKCS#11模块路径写入环境变量 UKEY_PKCS11_MODULE（厂家说明书中有载）。
5. 双击“启动UKey客户端.bat”（Linux或macOS执行 启动UKey客户端.sh），保持窗口打开。
6. 回到网上业务大厅登录页面，显示“UKey客户端 已连接”即安装成功。

忘记密码或UKey锁定：python -m ukey.token unlock --token UKey名称
本客户端只为 {origin} 服务，只在本机 127.0.0.1:{port} 等待。
服务热线 0855-8685631，数字证书咨询 4001123838
"""


@cache
def package() -> bytes:
    """Return the zip: the agent's sources, how to install it, and what starts it."""
    command = f"-m ukey.agent --port {settings.AGENT_PORT} --origin {settings.ORIGIN}"
    words = _READ_ME.format(packages=_PACKAGES, origin=settings.ORIGIN, port=settings.AGENT_PORT)
    files = {
        "安装说明.txt": "\ufeff" + words.replace("\n", "\r\n"),
        "启动UKey客户端.bat": f'@echo off\r\ncd /d "%~dp0"\r\npython {command}\r\npause\r\n',
        "启动UKey客户端.sh": f'#!/bin/sh\ncd "$(dirname "$0")" && exec python3 {command}\n',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{FOLDER}/{name}", text)
        for source in sorted(Path(ukey.__file__).parent.glob("*.py")):
            archive.write(source, f"{FOLDER}/ukey/{source.name}")
    return packed.getvalue()
