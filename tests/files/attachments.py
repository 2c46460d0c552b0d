"""Files that are no documents, or more than documents: what each is refused with, and how they are made."""

import io
import random
import struct
import zlib
from collections.abc import Callable

import pikepdf
from PIL import Image

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


def only(kind, **more: object) -> Callable[[pikepdf.Pdf], None]:
    """Put an annotation of this kind on the page."""

    def change(made) -> None:
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(kind), Rect=[0, 0, 9, 9], **more
        )
        made.pages[0].Annots = pikepdf.Array([annotation])

    return change


def with_root(name, thing) -> Callable[[pikepdf.Pdf], None]:
    def change(made) -> None:
        made.Root[name] = thing

    return change


def spelt(thing: bytes = b"null", more: bytes = b"", kids: bytes = b"3 0 R") -> bytes:
    """A PDF spelt by hand: what stands in its root, and objects besides."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/X " + thing + b">>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[" + kids + b"]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n" + more
        + b"trailer<</Root 1 0 R>>"
    )  # fmt: skip


def in_stream(objects: bytes, *, layers=1, kind=b"/ObjStm", count=1, cut=0) -> bytes:
    """A PDF whose fourth object stands in a stream of objects, and a directory that says so."""
    out, places = io.BytesIO(), [0]
    out.write(b"%PDF-1.5\n")
    content = b"4 0 " + objects
    for _ in range(layers):
        content = zlib.compress(content, 9)
    content = content[: len(content) - cut]
    filters = b"/FlateDecode" * layers
    holder = b"<</Type%b/N %d/First 4/Filter[%b]/Length %d>>stream\n%b\nendstream " % (
        kind, count, filters, len(content), content,
    )  # fmt: skip
    for number, thing in (
        (1, b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>"),
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
        (5, holder),
    ):
        places.append(out.tell())
        out.write(b"%d 0 obj%bendobj\n" % (number, thing))
    here = out.tell()
    entries = [(0, 0, 255), *((1, at, 0) for at in places[1:4]), (2, 5, 0), (1, places[4], 0)]
    table = b"".join(struct.pack(">BIH", *entry) for entry in [*entries, (1, here, 0)])
    head = b"6 0 obj<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table)
    out.write(head + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % here)
    return out.getvalue()


def made(content: bytes | Callable[[], bytes]) -> bytes:
    return content if isinstance(content, bytes) else content()


SCRIPT = b"<</S/JavaScript/JS(app.alert)>>"
PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(*chunks: bytes) -> bytes:
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 300)) + chunk(b"IEND", b"")
    return PNG + size + b"".join(chunks) + pixels


def jpeg_with(segments: bytes) -> bytes:
    return b"\xff\xd8" + segments + image("JPEG")[2:]


NOISE = random.Random(3).randbytes(9_000)
SQUEEZED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "compress_streams": True}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What is dear to make is made when it is wanted.
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "empty": (b"", "EmptyDocument"),
    "11 MB": (lambda: pdf() + b" " * 11 * MEGABYTE, "DocumentTooLarge"),
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
    # what other programs than a viewer of pages would do
    "opening an address": (pdf(opens_with(action("URI", URI="http://x"))), "ActivePdf"),
    "opening the printer": (pdf(opens_with(action("Named", N=pikepdf.Name.Print))), "ActivePdf"),
    "script after a place": (
        pdf(opens_with(action("GoTo", D=pikepdf.Array(), Next=action("JavaScript", JS="x")))),
        "ActivePdf",
    ),
    "importing data": (pdf(opens_with(action("ImportData", F="x.fdf"))), "ActivePdf"),
    "opening what is embedded": (pdf(opens_with(action("GoToE", T="x"))), "ActivePdf"),
    "a film": (pdf(only("/Movie")), "ActivePdf"),
    "a sound": (pdf(only("/Sound")), "ActivePdf"),
    "a screen": (pdf(only("/Screen")), "ActivePdf"),
    "a solid": (pdf(only("/3D")), "ActivePdf"),
    "a flash film": (pdf(only("/RichMedia")), "ActivePdf"),
    "a pinned file": (pdf(only("/FileAttachment")), "ActivePdf"),
    "a portfolio": (pdf(with_root("/Collection", pikepdf.Dictionary())), "ActivePdf"),
    "a name spelt in numbers": (spelt(b"<</S/#4a#61vaScript/#4aS(x)>>"), "ActivePdf"),
    "bytes of another file": (
        spelt(b"4 0 R", b"4 0 obj<</F(//evil/x)/Length 0>>stream\n\nendstream endobj\n"),
        "ActivePdf",
    ),
    "script in a stream of objects": (in_stream(SCRIPT), "ActivePdf"),
    "the same, of another type": (in_stream(SCRIPT, kind=b"/Other"), "ActivePdf"),
    "the same, its sum cut off": (in_stream(SCRIPT + b" " * 99, cut=3), "ActivePdf"),
    "the same, half of it cut off": (in_stream(SCRIPT + NOISE, cut=3_000), "ActivePdf"),
    "the same, behind much nothing": (
        lambda: in_stream(SCRIPT + b" " * 30_000_000),
        "DamagedDocument",
    ),
    "the same, miscounted": (in_stream(SCRIPT, count=2), "DamagedDocument"),
    "the same, its place unsaid": (
        in_stream(SCRIPT).replace(b"startxref", b"startnone"),
        "ActivePdf",
    ),
    "the same, its directory gone": (
        in_stream(SCRIPT).replace(b"/XRef", b"/None"),
        "DamagedDocument",
    ),
    # dear to read
    "a thousand million numbers": (
        lambda: in_stream(b"[" + b"1 " * 20_000_000 + b"]", layers=2),
        "DamagedDocument",
    ),
    "four million numbers": (lambda: in_stream(b"[" + b"1 " * 3_900_000 + b"]"), "TooComplexPdf"),
    "half a million numbers": (
        lambda: spelt(more=b"4 0 obj[" + b"1 " * 500_000 + b"]endobj\n"),
        "TooComplexPdf",
    ),
    "numbers in the open": (
        lambda: spelt(more=b"4 0 obj[" + b"1 " * 4_000_000 + b"]endobj\n"),
        "TooComplexPdf",
    ),
    "600,000 names": (
        lambda: spelt(
            more=b"4 0 obj<<" + b"".join(b"/A%d 1" % i for i in range(600_000)) + b">>endobj\n"
        ),
        "TooComplexPdf",
    ),
    "150,000 objects": (
        lambda: spelt(more=b"".join(b"%d 0 obj 1 endobj\n" % i for i in range(4, 150_000))),
        "TooComplexPdf",
    ),
    "25,000 objects": (
        lambda: spelt(more=b"".join(b"%d 0 obj 1 endobj\n" % i for i in range(4, 25_000))),
        "TooComplexPdf",
    ),
    "1,200,000 pages": (lambda: spelt(kids=b"3 0 R " * 1_200_000), "TooComplexPdf"),
    "lists four million deep": (lambda: spelt(b"[" * 4_000_000), "DamagedDocument"),
    "names 200,000 deep": (spelt(b"<</A" * 200_000), "DamagedDocument"),
    "pages below themselves": (spelt(kids=b"2 0 R"), "DamagedDocument"),
    "no page": (spelt(kids=b""), "DamagedDocument"),
    # images
    "png of 800,000 parts": (lambda: png_with(chunk(b"teSt", b"") * 800_000), "DamagedDocument"),
    "png with a text of 100 MB": (
        lambda: png_with(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 100_000_000))),
        "DamagedDocument",
    ),
    "png with five hundred profiles": (
        lambda: png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(b"a" * 1_000_000)) * 500),
        "DamagedDocument",
    ),
    "png of no width": (png_of(0, 9), "DamagedDocument"),
    "jpg of two million remarks": (
        lambda: jpeg_with(b"\xff\xfe\0\2" * 2_400_000),
        "DamagedDocument",
    ),
    "jpg of ten million fillings": (lambda: jpeg_with(b"\xff" * 10_000_000), "DamagedDocument"),
    "jpg of many tables": (
        lambda: jpeg_with((b"\xff\xdb\0\x43" + b"\0" * 65) * 150_000),
        "DamagedDocument",
    ),
    "exe behind a jpg": (image("JPEG") + b"MZ\x90\x00" + bytes(99), "HiddenContent"),
    "php behind a jpg": (image("JPEG") + b"<?php evil(); ?>", "HiddenContent"),
    "pdf behind a png": (image() + pdf(), "HiddenContent"),
    "page behind a png": (image() + b"<HTML>", "HiddenContent"),
    "windows script": (b"WScript.Echo(1)", "NotADocument"),
    "shortcut": (b"[InternetShortcut]\nURL=file://evil", "NotADocument"),
    "postscript": (b"%!PS-Adobe-3.0\n", "NotADocument"),
    "rtf": (b"{\\rtf1}", "NotADocument"),
    "bmp": (b"BM" + bytes(99), "NotADocument"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(99), "NotADocument"),
    "elf": (b"\x7fELF" + bytes(99), "NotADocument"),
}
