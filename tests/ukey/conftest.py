"""Keys of SoftHSM2 in a private store for each test process; skipped where there is no driver."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ukey import softhsm
from ukey.backend import KeyCertificate
from ukey.certificate import TrustStore
from ukey.dev_ca import DevCA
from ukey.token import Tokens

PIN, SO_PIN = "135790", "so-24680"


@dataclass
class Drawer:
    """A store with its tokens and the authority that fills them."""

    folder: Path
    module: str
    tokens: Tokens
    ca: DevCA
    made: int = 0

    def provision(self, kind: str = "ec") -> str:
        """Make a token with a key and a certificate; answers its label."""
        self.made += 1
        label = f"UKEY-{self.made:03d}"
        softhsm.use_store(self.folder)
        softhsm.init_token(label, SO_PIN, PIN)
        key_id, public_key = self.tokens.generate_key(label, PIN, kind=kind)
        certificate = self.ca.issue(
            public_key,
            person=f"经办人{self.made}",
            organization="凯里某某有限公司",
            unit="QDN0001",
            uscc="91522601MA6DEMO01X",
            not_before=datetime.now(UTC) - timedelta(days=1),
        )
        der = certificate.public_bytes(Encoding.DER)
        self.tokens.write_certificate(label, PIN, key_id, der)
        return label

    def certificate(self, label: str) -> KeyCertificate:
        return next(one for one in self.tokens.certificates() if one.token == label)

    def state(self, label: str) -> str:
        return next(one.pin_state for one in self.tokens.tokens() if one.label == label)

    def serial(self, label: str) -> str:
        return next(one.serial for one in self.tokens.tokens() if one.label == label)

    @property
    def trust(self) -> TrustStore:
        return TrustStore.load(self.ca.trust_folder)


@pytest.fixture(scope="session")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawer]:
    before = os.environ.get(softhsm.CONF_VARIABLE)
    folder = tmp_path_factory.mktemp("ukey")
    try:
        module = softhsm.ensure_store(folder / "store")
    except softhsm.ModuleMissing as missing:
        pytest.skip(str(missing))
    store = folder / "store"
    yield Drawer(store, module, Tokens(module, store), DevCA.open(folder / "ca"))
    if before is None:
        os.environ.pop(softhsm.CONF_VARIABLE, None)
    else:
        os.environ[softhsm.CONF_VARIABLE] = before


@pytest.fixture
def label(drawer: Drawer) -> str:
    """A token of its own for a test."""
    return drawer.provision()


@pytest.fixture(scope="session")
def shared_label(drawer: Drawer) -> str:
    """A token for tests that leave it as it was."""
    return drawer.provision()
