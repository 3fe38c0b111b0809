"""Chance of one station among thousands: the same seed and name give the same numbers, in order.

A `random.Random` is 2.9 KiB, and one that all share would make what a station does hang on what the
others did before.
"""

from __future__ import annotations

from hashlib import blake2b

_BITS_MAX = 512
"""What one hash gives."""
_FLOAT_BITS = 53


class KeyedChance:
    """The n-th number is the hash of the key and n."""

    __slots__ = ("_count", "_key")

    def __init__(self, seed: int, name: str) -> None:
        self._key = f"{seed} {name}".encode()
        self._count = 0

    def getrandbits(self, k: int, /) -> int:
        """Give so many bits as a number."""
        assert 0 < k <= _BITS_MAX
        self._count += 1
        size = -(-k // 8)
        found = blake2b(b"%s %d" % (self._key, self._count), digest_size=size).digest()
        return int.from_bytes(found) >> (size * 8 - k)

    def uniform(self, a: float, b: float, /) -> float:
        """Give a number between the two."""
        return a + (b - a) * (self.getrandbits(_FLOAT_BITS) / (1 << _FLOAT_BITS))
