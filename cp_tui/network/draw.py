"""Chance without a state: the same seed and the same occasion give the same number, anywhere."""

from __future__ import annotations

from hashlib import blake2b

_BITS = 53
"""As many as a float holds exactly."""


def draw(seed: int, *occasion: object) -> float:
    """Draw a number of at least 0 and below 1."""
    key = f"{seed} {' '.join(map(str, occasion))}".encode()
    number = int.from_bytes(blake2b(key, digest_size=8).digest())
    return (number >> (64 - _BITS)) / (1 << _BITS)
