"""What an upload must pass before anything reads it: its size, its zip, and what it carries along.

Nothing is inflated here. What a part turns out to hold is the business of `strictxml`.
"""

import io
import operator
import stat
import struct
import zipfile
from typing import IO

from services.files.refusals import (
    BinaryWorkbook,
    DamagedWorkbook,
    DuplicatePart,
    EmbeddedContent,
    EmptyFile,
    EncryptedWorkbook,
    ExternalContent,
    InflatesTooFar,
    MacroWorkbook,
    NotAWorkbook,
    OddPartName,
    OldWorkbook,
    TooLarge,
    TooManyParts,
    UnreadableWorkbook,
    WrongColumns,
)

__all__ = ["MAX_BYTES", "Package", "UnreadableWorkbook", "WrongColumns", "open_package"]

MAX_BYTES = 5 * 1024 * 1024
_MAX_PARTS = 200
_MAX_PART_BYTES = 64 * 1024 * 1024
_MAX_TOTAL_BYTES = 96 * 1024 * 1024
_MAX_RATIO = 200  # what Excel writes inflates 5 to 30 times
_RATIO_MATTERS_FROM = 1024 * 1024
_ENCRYPTED_FLAG = 0x1
_LOCAL_HEADER = 30  # bytes before a part's name
_MAX_NAME = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    struct.error,
    ValueError,
    OSError,
    IndexError,
    OverflowError,
)


class Package:
    """The parts of a workbook that passed. Part names are compared without case, as Excel does."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {info.filename.lower(): info for info in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def open(self, name: str) -> IO[bytes]:
        """Open a part for reading. Raises `NotAWorkbook` when it is missing."""
        info = self._parts.get(name.lower())
        if info is None:
            raise NotAWorkbook
        try:
            return self._archive.open(info)
        except _ZIP_ERRORS as error:
            raise DamagedWorkbook from error


def open_package(content: bytes, *, max_bytes: int = MAX_BYTES) -> Package:
    """Check the file from outside and give its parts. Raises a subclass of `UnreadableWorkbook`."""
    _check_first_bytes(content, max_bytes)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _ZIP_ERRORS as error:
        raise DamagedWorkbook from error
    _check_parts(archive.infolist())
    _check_places(archive.infolist(), archive.start_dir)
    return Package(archive)


def _check_first_bytes(content: bytes, max_bytes: int) -> None:
    if not content:
        raise EmptyFile
    if len(content) > max_bytes:
        raise TooLarge(limit=f"{max_bytes / (1024 * 1024):g}MB")
    if content.startswith(_OLE):
        raise EncryptedWorkbook if _ENCRYPTED_STREAM in content else OldWorkbook
    if not content.startswith(_ZIP):
        raise NotAWorkbook


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _MAX_PARTS:
        raise TooManyParts
    seen: set[str] = set()
    for part in parts:
        name = part.filename.lower()
        if name in seen:
            raise DuplicatePart
        seen.add(name)
        _check_name(part)
        _check_what_it_carries(name)
        _check_size(part)
    if sum(part.file_size for part in parts) > _MAX_TOTAL_BYTES:
        raise InflatesTooFar


def _check_places(parts: list[zipfile.ZipInfo], directory_at: int) -> None:
    """Refuse parts that share their bytes, and a second archive hidden in front of the one read."""
    end = 0
    for part in sorted(parts, key=operator.attrgetter("header_offset")):
        if part.header_offset < end or (end == 0 and part.header_offset > 0):
            raise DamagedWorkbook
        end = part.header_offset + _LOCAL_HEADER + part.compress_size
    if end > directory_at:
        raise DamagedWorkbook


def _check_name(part: zipfile.ZipInfo) -> None:
    name = part.orig_filename
    odd = (
        name.startswith("/")
        or any(mark in name for mark in "\\:\0")
        or ".." in name.split("/")
        or len(name) > _MAX_NAME
        or stat.S_ISLNK(part.external_attr >> 16)
    )
    if odd:
        raise OddPartName
    if part.flag_bits & _ENCRYPTED_FLAG:
        raise EncryptedWorkbook
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DamagedWorkbook


def _check_what_it_carries(name: str) -> None:
    if "vba" in name or "macrosheets/" in name:
        raise MacroWorkbook
    if name == "xl/workbook.bin":
        raise BinaryWorkbook
    if "externallinks/" in name:
        raise ExternalContent
    if "embeddings/" in name or "activex/" in name or "ctrlprops/" in name:
        raise EmbeddedContent


def _check_size(part: zipfile.ZipInfo) -> None:
    too_dense = part.file_size > _MAX_RATIO * max(1, part.compress_size)
    if part.file_size > _MAX_PART_BYTES or (too_dense and part.file_size > _RATIO_MATTERS_FROM):
        raise InflatesTooFar
