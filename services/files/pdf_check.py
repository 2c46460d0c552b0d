"""Let a PDF be walked by a program of its own, which may fail or be ended without harm."""

import hashlib
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from services.files import pdf_walk
from services.files.document_refusals import (
    ActivePdf,
    DamagedDocument,
    EncryptedPdf,
    TooComplexPdf,
    UnacceptableDocument,
)

_WALK: Final = [sys.executable, "-I", str(Path(pdf_walk.__file__))]
_SECONDS: Final = 20  # of waiting, on a busy machine; its own time is far less
_TURNS: Final = threading.BoundedSemaphore(2)
_REFUSALS: Final[dict[int, type[UnacceptableDocument]]] = {
    pdf_walk.ENCRYPTED: EncryptedPdf,
    pdf_walk.ACTIVE: ActivePdf,
    pdf_walk.DAMAGED: DamagedDocument,
}
#: The verdict on a content never changes: what is handed in twice is walked once.
_known: OrderedDict[str, int] = OrderedDict()
_REMEMBERED: Final = 1_000


def check_pdf(content: bytes) -> None:
    """Raise a subclass of `UnacceptableDocument` where the PDF would act, or cannot be walked."""
    name = hashlib.sha256(content).hexdigest()
    verdict = _known.get(name)
    if verdict is None:
        verdict = _verdict(content)
        _known[name] = verdict
        if len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    if verdict != pdf_walk.SOUND:
        raise _REFUSALS.get(verdict, TooComplexPdf)


def _verdict(content: bytes) -> int:
    try:
        with _TURNS:
            return subprocess.run(  # noqa: S603 — our own program
                _WALK, input=content, timeout=_SECONDS, check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        return pdf_walk.TOO_COMPLEX
