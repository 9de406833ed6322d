"""Ids made of the content of what they identify."""

from __future__ import annotations

import hashlib
import json


def digest_of(text: str) -> str:
    """Return 32 hexadecimal digits that tell a text from any other."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def surrogate_of(content: object) -> str:
    """Return an id for a JSON value that came without one, the same in every run."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"surrogate-{digest_of(text)}"
