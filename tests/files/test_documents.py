"""Only true PDF, JPG and PNG files that do nothing when opened are kept, under their content."""

import hashlib
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fsspec import AbstractFileSystem

import settings
from services.files import documents, storage
from services.files.documents import Document, Store
from tests import figures
from tests.files.attachments import MEGABYTE, REFUSED, SQUEEZED, image, made, pdf

STRIDE = figures.share(quick=7, whole=1)  # every so many-th is measured in a process of its own
SLOWEST, LARGEST = 0.5, 150  # seconds, megabytes


@pytest.mark.parametrize(("content", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_by_its_content_whatever_it_is_called(content, refusal) -> None:
    content = made(content)
    for name in ("材料.pdf", "材料.jpg", "材料.png"):
        with pytest.raises(documents.UnacceptableDocument) as error:
            documents.inspect(name, content)
        assert type(error.value).__name__ == refusal
        assert "请" in str(error.value)


def test_one_process_survives_them_all_within_half_a_second_and_150_megabytes(tmp_path) -> None:
    cases = list(REFUSED.items())[::STRIDE]
    for place, (_, (content, _)) in enumerate(cases):
        (tmp_path / f"{place:03d}").write_bytes(made(content))
    command = [sys.executable, "-m", "tests.files.reader", str(tmp_path), "documents"]
    done = subprocess.run(command, cwd=figures.ROOT, capture_output=True, text=True, check=True)
    read = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [
        name
        for (name, (_, expected)), (_, found, seconds, megabytes) in zip(cases, read, strict=True)
        if found != expected or seconds > SLOWEST or megabytes > LARGEST
    ]
    slowest, largest = max(one[2] for one in read), max(one[3] for one in read)
    figures.record(
        5, f"{len(cases) - len(wrong)} of {len(cases)} refused right, at most {slowest:.2f} s "
        f"(a process of its own for each PDF) and {largest} MB", reached=not wrong,
    )  # fmt: skip
    assert wrong == []


def test_the_hostile_attachments_are_many() -> None:
    assert len(REFUSED) >= 60


def test_a_pdf_that_was_walked_is_not_walked_again() -> None:
    content = pdf()
    documents.inspect("a.pdf", content)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    documents.inspect("b.pdf", content)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == before


@pytest.mark.parametrize(
    ("content", "content_type", "name"),
    [
        (pdf(), "application/pdf", "证明.pdf"),
        (pdf(**SQUEEZED), "application/pdf", "证明.pdf"),
        (image(), "image/png", "证明.png"),
        (image("JPEG"), "image/jpeg", "证明.jpg"),
        (image("JPEG") + bytes(100), "image/jpeg", "证明.jpg"),
    ],
)
def test_a_good_document_is_said_to_be_what_it_is(content, content_type, name) -> None:
    expected = Document(name, content_type, len(content), hashlib.sha256(content).hexdigest())
    assert documents.inspect("证明", content) == expected


NAMES = {
    "营业执照.pdf": "营业执照.pdf",
    "营业执照.PDF": "营业执照.pdf",
    "../../etc/passwd": "passwd.pdf",
    "C:\\Users\\张三\\证明.pdf": "证明.pdf",
    "/": "材料.pdf",
    "": "材料.pdf",
    "..": "材料.pdf",
    ".pdf": "材料.pdf",
    "证明.exe": "证明.exe.pdf",
    "证明.pdf.exe": "证明.pdf.exe.pdf",
    "证\u202efdp.exe": "证fdp.exe.pdf",
    "证\u200b明\x00\x1b[31m\r\n.pdf": "证明[31m.pdf",
    "  证 明  .pdf": "证 明.pdf",
    'a"b<c>d|e?f*g:h.pdf': "a_b_c_d_e_f_g_h.pdf",
    "长" * 5000: "长" * 116 + ".pdf",
    "长" * 5000 + ".pdf": "长" * 116 + ".pdf",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_a_name_is_cleaned_and_ends_as_what_it_is(name, shown) -> None:
    assert documents.inspect(name, pdf()).name == shown
    assert len(shown) <= 120


def test_a_document_of_exactly_ten_megabytes_is_taken() -> None:
    content = pdf()
    padded = content + b"\n" * (10 * MEGABYTE - len(content))
    assert documents.inspect("a.pdf", padded).size == 10 * MEGABYTE


def test_what_is_put_is_got_and_kept_once(tmp_path) -> None:
    store = Store(tmp_path / "documents")
    first, second = store.put(b"material"), store.put(b"material")
    assert first == second == hashlib.sha256(b"material").hexdigest()
    assert store.get(first) == b"material"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first]


def test_a_changed_file_is_not_given_out_but_can_be_put_again(tmp_path) -> None:
    store = Store(tmp_path)
    key = store.put(b"material")
    (tmp_path / key[:2] / key).write_bytes(b"tampered")
    with pytest.raises(documents.DocumentDamaged, match="不一致"):
        store.get(key)
    assert store.put(b"material") == key
    assert store.get(key) == b"material"


@pytest.mark.parametrize(
    "key", ["0" * 64, "", "..", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "/etc/passwd"]
)
def test_what_is_no_key_of_ours_is_missing(key, tmp_path) -> None:
    with pytest.raises(documents.DocumentMissing):
        Store(tmp_path).get(key)


def test_the_file_is_synced_before_it_is_named_and_its_folder_after(tmp_path, monkeypatch) -> None:
    done = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112
        real_sync(handle)

    def replace(self, target) -> Path:
        done.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    Store(tmp_path).put(b"material")
    assert done[-3:] == ["file", "rename", "folder"]


def test_a_failed_put_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    def full(_handle) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    store = Store(tmp_path)
    (tmp_path / hashlib.sha256(b"material").hexdigest()[:2]).mkdir()
    with pytest.raises(storage.StorageAway, match="请稍后重新上传"):
        store.put(b"material")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def elsewhere() -> Iterator[AbstractFileSystem]:
    """Give an object store in memory, empty."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def test_an_object_store_keeps_what_a_folder_keeps(elsewhere) -> None:
    store = Store("memory://hall/documents")
    key = store.put(b"material")
    assert (store.put(b"material"), store.get(key)) == (key, b"material")
    assert list(elsewhere.store) == [f"/hall/documents/{key[:2]}/{key}"]
    elsewhere.pipe_file(f"/hall/documents/{key[:2]}/{key}", b"tampered")
    with pytest.raises(documents.DocumentDamaged):
        store.get(key)
    assert store.put(b"material") == key
    assert store.get(key) == b"material"
    with pytest.raises(documents.DocumentMissing):
        store.get("0" * 64)


def test_the_halls_stores_stand_where_it_is_told(elsewhere, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "STORAGE", tmp_path)
    key = storage.store("prints").put(b"paper")
    assert (tmp_path / "prints" / key[:2] / key).read_bytes() == b"paper"
    monkeypatch.setattr(settings, "FILES", "memory://bucket/hall")
    storage.store("prints").put(b"paper")
    assert list(elsewhere.store) == [f"/bucket/hall/prints/{key[:2]}/{key}"]


def test_eight_threads_putting_the_same_file_keep_one(tmp_path) -> None:
    store, keys = Store(tmp_path), []

    def put() -> None:
        keys.extend(store.put(bytes([number]) * 1000) for number in range(20))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 160
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(set(keys)) == 20
    assert all(store.get(key) for key in keys)
