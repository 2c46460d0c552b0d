"""Where documents are kept: each file under the SHA-256 of its content, in a folder or elsewhere."""

import hashlib
import logging
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from fsspec.core import url_to_fs

import settings
from services.errors import BusinessError

log = logging.getLogger("hall.services")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BEGUN = ".begun-"


class DocumentMissing(BusinessError):
    message = "找不到该材料文件，请联系中心"


class DocumentDamaged(BusinessError):
    message = "该材料文件与上传时不一致，已停止使用，请联系中心"


class StorageAway(BusinessError):
    """The disk is full, or the object store does not answer."""

    message = "文件暂时无法保存，请稍后重新上传；如仍不行，请致电0855-8685631"


class Place(Protocol):
    """Keeps bytes under names like `ab/ab12…`. `read` raises FileNotFoundError."""

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, content: bytes) -> None:
        """Keep the content durably; before this returns, it is not to be seen."""


class Store:
    """Files under the SHA-256 of their content, in a folder or at an address that fsspec knows.

    Put twice is kept once.
    """

    def __init__(self, root: Path | str) -> None:
        self._place: Place = _Folder(root) if isinstance(root, Path) else _Elsewhere(root)

    def put(self, content: bytes) -> str:
        """Keep the content durably and give its SHA-256 (hexadecimal).

        When this returns, the file survives a power failure; before that it is not to be seen.
        Raises `StorageAway`.
        """
        name = hashlib.sha256(content).hexdigest()
        try:
            if not self._is_kept(name):
                self._place.write(_path(name), content)
        except OSError as error:
            log.exception("storage_away error=%s", type(error).__name__)
            raise StorageAway from error
        return name

    def get(self, sha256: str) -> bytes:
        """Give back the content, verified. Raises `DocumentMissing` or `DocumentDamaged`."""
        if not _SHA256.fullmatch(sha256):
            raise DocumentMissing
        try:
            content = self._place.read(_path(sha256))
        except FileNotFoundError as error:
            raise DocumentMissing from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DocumentDamaged
        return content

    def _is_kept(self, name: str) -> bool:
        """Tell whether it is there and sound; a damaged copy is written anew."""
        try:
            return hashlib.sha256(self._place.read(_path(name))).hexdigest() == name
        except FileNotFoundError:
            return False


def store(name: str) -> Store:
    """Return the hall's store of this name: in the data folder, or where HALL_FILES says."""
    return Store(f"{settings.FILES}/{name}") if settings.FILES else Store(settings.STORAGE / name)


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"


class _Folder:
    """A folder of this machine: what is written there is on the disk, names too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes:
        return (self._folder / path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        target = self._folder / path
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

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(self._folder)


class _Elsewhere:
    """An object store, which keeps an object whole or not at all: `s3://bucket/hall/documents`."""

    def __init__(self, address: str) -> None:
        self._files, self._root = url_to_fs(address)

    def read(self, path: str) -> bytes:
        return bytes(self._files.cat_file(f"{self._root}/{path}"))

    def write(self, path: str, content: bytes) -> None:
        self._files.pipe_file(f"{self._root}/{path}", content)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
