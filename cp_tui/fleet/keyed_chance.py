"""Chance of one station among thousands: the same seed and name give the same numbers, in order.

A `random.Random` is 2.9 KiB, and one that all share would make what a station does hang on what the
others did before. Ids hang on the time of the first boot as well: a CSMS that knows a message of an
earlier run by its id must not take another one for it.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

_BITS_MAX = 512
"""What one hash gives."""
_FLOAT_BITS = 53


class KeyedChance:
    """The n-th number is the hash of the key and n, and of the boot where it is an id."""

    __slots__ = ("_booted", "_count", "_key")

    def __init__(self, seed: int, name: str) -> None:
        self._key = f"{seed} {name}".encode()
        self._booted = b""
        self._count = 0

    def booted(self, now: datetime) -> None:
        """Begin with ids that no earlier life has used."""
        self._booted = now.isoformat().encode()

    def getrandbits(self, k: int, /) -> int:
        """Give so many bits as a number, for an id."""
        return self._bits(k, self._booted)

    def uniform(self, a: float, b: float, /) -> float:
        """Give a number between the two."""
        return a + (b - a) * (self._bits(_FLOAT_BITS, b"") / (1 << _FLOAT_BITS))

    def _bits(self, number: int, salt: bytes) -> int:
        assert 0 < number <= _BITS_MAX
        self._count += 1
        size = -(-number // 8)
        text = b"%s %d %s" % (self._key, self._count, salt)
        return int.from_bytes(blake2b(text, digest_size=size).digest()) >> (size * 8 - number)
