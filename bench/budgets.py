"""Budgets of a bench: each measured value beside what it may be, and an exit status that tells."""

from __future__ import annotations


class Budgets:
    """What was more than it may be."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def cell(self, what: str, measured: float, most: float) -> str:
        """Give a measured value for a table; in bold where it is more than `most`."""
        if measured <= most:
            return f"{measured:,.0f}"
        self.broken.append(f"{what}: {measured:,.0f}, at most {most:,.0f}")
        return f"**{measured:,.0f}**"

    def status(self) -> int:
        """Print what was more; give the exit status."""
        for line in self.broken:
            print(f"over its budget: {line}")
        return 1 if self.broken else 0
