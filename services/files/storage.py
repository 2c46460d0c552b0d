"""Where documents are kept: a folder, each file under the SHA-256 of its content."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from services.errors import BusinessError

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BEGUN = ".begun-"


class DocumentMissing(BusinessError):
    message = "找不到该材料文件，请联系中心"


class DocumentDamaged(BusinessError):
    message = "该材料文件与上传时不一致，已停止使用，请联系中心"


class Store:
    """Files in a folder under the SHA-256 of their content. Put twice is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep the content durably and give its SHA-256 (hexadecimal).

        When this returns, the file survives a power failure; before that it is not to be seen.
        """
        name = hashlib.sha256(content).hexdigest()
        target = self._path(name)
        if self._is_kept(target, name):
            return name
        self._make_folder(target.parent)
        handle, begun = tempfile.mkstemp(prefix=_BEGUN, dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(begun).replace(target)
        except BaseException:
            Path(begun).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return name

    def get(self, sha256: str) -> bytes:
        """Give back the content, verified. Raises `DocumentMissing` or `DocumentDamaged`."""
        if not _SHA256.fullmatch(sha256):
            raise DocumentMissing
        try:
            content = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise DocumentMissing from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DocumentDamaged
        return content

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _is_kept(self, target: Path, name: str) -> bool:
        """Tell whether it is there and sound; a damaged copy is written anew."""
        return target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == name

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(self._folder)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
