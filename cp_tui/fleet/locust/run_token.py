"""Who belongs to a run: what the master tells its workers, and what each of them makes of it.

Runs on one machine share Locust's usual port. A worker that was forked for one run and joins the
master of another would take charge points from it; one of another version would count otherwise.
"""

from __future__ import annotations

from uuid import uuid4

from msgspec import Struct

OPTION = "charge_points_run"
"""Under this name the token travels, beside the options of the run."""


class RunToken(Struct, frozen=True):
    """Of which run, and which cp-tui."""

    origin: str
    """Of the processes that were forked from one; those that were not have any master."""
    number: int
    """Of the run in this master."""
    seed: int
    """That of the run, where it was drawn."""
    version: str
    misbehave: tuple[tuple[str, float], ...] = ()
    """Kinds of misbehaviour with their shares, where a plan says them."""

    @property
    def run(self) -> str:
        """Give the name of the run."""
        return f"{self.origin}/{self.number}"

    @property
    def text(self) -> str:
        """Write it as it travels."""
        shares = ",".join(f"{kind}={share!r}" for kind, share in self.misbehave)
        return f"{self.run}/{self.seed}/{self.version}/{shares}"


def read_token(text: str) -> RunToken:
    """Read what `text` gave; raises a ValueError."""
    origin, number, seed, version, shares = text.split("/", 4)
    pairs = (each.partition("=") for each in filter(None, shares.split(",")))
    misbehave = tuple((kind, float(share)) for kind, _, share in pairs)
    return RunToken(origin, int(number), int(seed), version, misbehave)


def new_origin() -> str:
    """Make a name that no other run has."""
    return uuid4().hex[:12]
