"""What stands against a small CSMS with security."""

from __future__ import annotations


class FolderDamaged(Exception):
    """Something in its folder cannot be used; the text says what, and holds nothing of it."""
