"""Only true PDF, JPG and PNG files that do nothing when opened are kept, under their content."""

import hashlib
import io
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pikepdf
import pytest
from fsspec import AbstractFileSystem
from PIL import Image

from services.files import documents, storage
from services.files.documents import Document, Store

MEGABYTE = 1024 * 1024


def image(kind="PNG", size=(60, 40)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "white").save(target, kind)
    return target.getvalue()


def pdf(change=None, **saving: object) -> bytes:
    made = pikepdf.new()
    made.add_blank_page(page_size=(595, 842))
    if change:
        change(made)
    target = io.BytesIO()
    made.save(target, **saving)
    return target.getvalue()


def action(kind, **more: object) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name("/" + kind), **more)


def opens_with(thing) -> Callable[[pikepdf.Pdf], None]:
    def change(made) -> None:
        made.Root.OpenAction = thing

    return change


def with_script_in_names(made) -> None:
    script = made.make_indirect(action("JavaScript", JS="app.alert(1)"))
    made.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", script]))
    )


def with_page_action(made) -> None:
    made.pages[0].AA = pikepdf.Dictionary(O=action("Launch", F="calc.exe"))


def with_annotation(made) -> None:
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=action("Launch", F="calc.exe"),
    )
    made.pages[0].Annots = pikepdf.Array([link])


def with_attachment(made) -> None:
    made.attachments["x.exe"] = b"MZ"


def with_form(made) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(XFA=made.make_stream(b"<xdp/>"), Fields=[])


def png_of(width, height) -> bytes:
    """A PNG that only says how large it is."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, data) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    parts = (
        chunk(b"IHDR", header),
        chunk(b"IDAT", zlib.compress(b"\0" * 100)),
        chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def locked(**passwords: str) -> bytes:
    return pdf(encryption=pikepdf.Encryption(**passwords))


SQUEEZED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "compress_streams": True}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED = {
    "empty": (b"", "EmptyDocument"),
    "11 MB": (pdf() + b" " * 11 * MEGABYTE, "DocumentTooLarge"),
    "exe": (b"MZ\x90\x00" + bytes(500), "NotADocument"),
    "html": (b"<html><script>alert(1)</script></html>", "NotADocument"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "NotADocument"),
    "gif": (b"GIF89a" + bytes(100), "NotADocument"),
    "tiff": (b"II*\x00" + bytes(100), "NotADocument"),
    "webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "NotADocument"),
    "zip": (b"PK\x03\x04" + bytes(100), "NotADocument"),
    "old word": (OLE + bytes(600), "NotADocument"),
    "text": ("材料".encode(), "NotADocument"),
    "junk before pdf": (b"\n\n" + pdf(), "NotADocument"),
    "html before pdf": (b"<html></html>" + pdf(), "NotADocument"),
    "pdf head alone": (b"%PDF-1.7\n", "DamagedDocument"),
    "pdf of noise": (b"%PDF-1.7\n" + bytes(range(256)) * 20, "DamagedDocument"),
    "pdf with open password": (locked(owner="a", user="b"), "EncryptedPdf"),
    "pdf with owner password": (locked(owner="a", user=""), "EncryptedPdf"),
    "pdf opening script": (pdf(opens_with(action("JavaScript", JS="x"))), "ActivePdf"),
    "script squeezed": (pdf(opens_with(action("JavaScript", JS="x")), **SQUEEZED), "ActivePdf"),
    "script in names": (pdf(with_script_in_names), "ActivePdf"),
    "names squeezed": (pdf(with_script_in_names, **SQUEEZED), "ActivePdf"),
    "pdf launching": (pdf(opens_with(action("Launch", F="calc.exe"))), "ActivePdf"),
    "pdf sending a form": (pdf(opens_with(action("SubmitForm", F="http://x"))), "ActivePdf"),
    "pdf opening another": (pdf(opens_with(action("GoToR", F="x.pdf"))), "ActivePdf"),
    "page action": (pdf(with_page_action), "ActivePdf"),
    "launching link": (pdf(with_annotation), "ActivePdf"),
    "launching link squeezed": (pdf(with_annotation, **SQUEEZED), "ActivePdf"),
    "attachment": (pdf(with_attachment), "ActivePdf"),
    "attachment squeezed": (pdf(with_attachment, **SQUEEZED), "ActivePdf"),
    "xfa form": (pdf(with_form), "ActivePdf"),
    "png head alone": (b"\x89PNG\r\n\x1a\n", "DamagedDocument"),
    "png cut short": (image()[:-20], "DamagedDocument"),
    "jpg head alone": (b"\xff\xd8\xff\xe0", "DamagedDocument"),
    "jpg cut short": (image("JPEG")[:-60], "DamagedDocument"),
    "html called jpg": (b"\xff\xd8\xff<html><script>alert(1)</script>", "DamagedDocument"),
    "png flood": (png_of(50_000, 50_000), "TooManyPixels"),
    "png line": (png_of(2_000_000, 1), "TooManyPixels"),
    "png of 60 million": (png_of(10_000, 6_000), "TooManyPixels"),
    "zip behind a jpg": (image("JPEG") + b"PK\x03\x04" + bytes(200), "HiddenContent"),
    "script behind a png": (image() + b"<SCRIPT>alert(1)</SCRIPT>", "HiddenContent"),
    "much behind a png": (image() + bytes(200_000), "HiddenContent"),
}


@pytest.mark.parametrize(("content", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_by_its_content_whatever_it_is_called(content, refusal) -> None:
    for name in ("材料.pdf", "材料.jpg", "材料.png"):
        with pytest.raises(documents.UnacceptableDocument) as error:
            documents.inspect(name, content)
        assert type(error.value).__name__ == refusal
        assert "请" in str(error.value)


def test_the_hostile_attachments_are_many() -> None:
    assert len(REFUSED) >= 20


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

    monkeypatch.setattr(storage.os, "fsync", full)
    store = Store(tmp_path)
    (tmp_path / hashlib.sha256(b"material").hexdigest()[:2]).mkdir()
    with pytest.raises(OSError, match="No space"):
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
    monkeypatch.setattr(storage.settings, "STORAGE", tmp_path)
    key = storage.store("prints").put(b"paper")
    assert (tmp_path / "prints" / key[:2] / key).read_bytes() == b"paper"
    monkeypatch.setattr(storage.settings, "FILES", "memory://bucket/hall")
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
