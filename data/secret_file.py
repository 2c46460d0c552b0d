"""Secrets in files (密钥文件): written for the owner's eyes, whole or not at all."""

import os
import secrets
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a fresh secret; of two who do so at once the first wins, and both find the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
