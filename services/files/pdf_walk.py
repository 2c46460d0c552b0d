"""Walk every object of a PDF for what would act when it is opened: a program of its own.

qpdf is native code, and a PDF of 1 kB can have it take gigabytes: so it runs as a child process with
little memory and time (`services.files.pdf_check` starts it). The PDF comes by the standard input,
the verdict is the exit status; whatever else happens, an end by a signal included, is a refusal.
"""

import io
import resource
import signal
import sys
from pathlib import Path

import pikepdf
from pikepdf.settings import set_qpdf_limits

SOUND, ENCRYPTED, ACTIVE, DAMAGED, TOO_COMPLEX = 0, 10, 11, 12, 13
CPU_SECONDS = 0.25
_MEGABYTE = 1024 * 1024
_MEMORY = 100 * _MEGABYTE  # besides what the program itself takes
_TAKEN = Path("/proc/self/statm")  # Linux
_LARGEST_INFLATED = 8 * _MEGABYTE  # of a stream that holds objects
_MAX_OBJECTS = 20_000
_MAX_VISITED = 200_000
_ACTIVE_KEYS = {
    "/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/Collection",
}  # fmt: skip
_ACTIVE_KINDS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition",
    "/RichMediaExecute", "/EmbeddedFile", "/FileAttachment", "/Movie", "/Sound", "/Screen", "/3D",
    "/RichMedia",
}  # fmt: skip
_MISSED = ("object stream", "stream data", "unfilterable", "error reading")  # in qpdf's warnings
_NO_MEMORY = "bad_alloc"
_REBUILT = "reconstruct"
_CONTAINERS = (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream)


class _Refused(Exception):
    """Carries the verdict."""


def main() -> int:
    content = sys.stdin.buffer.read()
    _limit()
    try:
        _check(content)
    except _Refused as refused:
        return int(refused.args[0])
    except pikepdf.PasswordError:
        return ENCRYPTED
    except MemoryError:
        return TOO_COMPLEX
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError) as error:
        return TOO_COMPLEX if _NO_MEMORY in str(error) else DAMAGED
    return SOUND


def _limit() -> None:
    """Take little memory and time; what takes more is ended by the system."""
    set_qpdf_limits(
        flate_max_memory=_LARGEST_INFLATED, run_length_max_memory=_LARGEST_INFLATED,
        png_max_memory=_LARGEST_INFLATED, tiff_max_memory=_LARGEST_INFLATED, max_stream_filters=4,
        doc_max_warnings=1_000,
    )  # fmt: skip
    if _TAKEN.exists():
        taken = int(_TAKEN.read_text("ascii").split()[5]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_DATA, (taken + _MEMORY, taken + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)


def _check(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
        if pdf.is_encrypted:
            raise _Refused(ENCRYPTED)
        if not pdf.pages:
            raise _Refused(DAMAGED)
        if len(pdf.objects) > _MAX_OBJECTS:
            raise _Refused(TOO_COMPLEX)
        _check_opening(pdf.Root.get("/OpenAction"))
        _walk([pdf.trailer, *pdf.objects])
        _check_nothing_was_missed(pdf)


def _check_nothing_was_missed(pdf: pikepdf.Pdf) -> None:
    """Refuse what qpdf could not inflate or find: another program may, and act."""
    said = " ".join(pdf.get_warnings())
    if _NO_MEMORY in said:
        raise _Refused(TOO_COMPLEX)
    if any(words in said for words in _MISSED):
        raise _Refused(DAMAGED)
    if _REBUILT in said and any(map(_holds_objects, pdf.objects)):
        raise _Refused(DAMAGED)


def _holds_objects(thing: object) -> bool:
    return isinstance(thing, pikepdf.Stream) and "/First" in thing.stream_dict


def _check_opening(action: object) -> None:
    """Let the opening lead to a place in the document, and to nothing else."""
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) != "/GoTo":
        raise _Refused(ACTIVE)


def _walk(waiting: list[object]) -> None:
    """Look through these and what stands directly inside them."""
    left = _MAX_VISITED
    while waiting:
        thing = waiting.pop()
        left -= 1
        if isinstance(thing, pikepdf.Stream):
            thing = thing.stream_dict
            if "/F" in thing:  # its bytes stand in another file
                raise _Refused(ACTIVE)
        if isinstance(thing, pikepdf.Dictionary):
            left -= len(thing)
            _check_keys(thing)
            waiting += [value for _, value in thing.items() if _is_inside(value)]
        elif isinstance(thing, pikepdf.Array):
            left -= len(thing)
            if left >= 0:
                waiting += [value for value in thing if _is_inside(value)]
        if left < 0:
            raise _Refused(TOO_COMPLEX)


def _is_inside(value: object) -> bool:
    """Tell containers written in place from references, which are met on their own."""
    return isinstance(value, _CONTAINERS) and not value.is_indirect


def _check_keys(thing: pikepdf.Dictionary) -> None:
    if _ACTIVE_KEYS & set(thing.keys()):
        raise _Refused(ACTIVE)
    kinds = {str(thing.get(key, "")) for key in ("/S", "/Type", "/Subtype")}
    if kinds & _ACTIVE_KINDS:
        raise _Refused(ACTIVE)


if __name__ == "__main__":
    sys.exit(main())
