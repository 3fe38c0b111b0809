"""What a connector offers to the vehicle, and how the vehicle follows it within seconds."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct, field

RAMP = timedelta(seconds=3)
"""How long a vehicle takes to follow a new offer; the pilot signal allows it 5 s (IEC 61851-1)."""
RAMP_STEP = timedelta(milliseconds=250)
"""The ramp is a staircase, so that the energy under it is exact."""


class Limit(Struct, frozen=True):
    """The limit in force, as the charge point sets it."""

    current_a: float
    """Per phase."""
    power_w: float
    """In total."""


class Offer(Struct, frozen=True):
    """What may flow: current per phase, power in total, on so many phases."""

    current_a: float = 0.0
    power_w: float = 0.0
    phases: int = 0

    def toward(self, target: Offer, fraction: float) -> Offer:
        """Give the offer on the way to a target, 0 being here and 1 there."""
        return Offer(
            current_a=self.current_a + (target.current_a - self.current_a) * fraction,
            power_w=self.power_w + (target.power_w - self.power_w) * fraction,
            phases=target.phases or self.phases,
        )


NOTHING = Offer()


class Ramp(Struct, frozen=True):
    """The way from what flowed to what is offered now."""

    start: Offer = NOTHING
    target: Offer = NOTHING
    elapsed: timedelta = field(default=RAMP)

    @property
    def offer(self) -> Offer:
        """What the vehicle follows at this instant."""
        if self.is_settled:
            return self.target
        return self.start.toward(self.target, (self.elapsed // RAMP_STEP) * (RAMP_STEP / RAMP))

    @property
    def is_settled(self) -> bool:
        """Whether the target is reached."""
        return self.elapsed >= RAMP

    @property
    def until_next_step(self) -> timedelta:
        """How long the offer of this instant holds; only while it is not settled."""
        return RAMP_STEP - self.elapsed % RAMP_STEP

    @property
    def until_settled(self) -> timedelta:
        """How long until the target is reached."""
        return max(timedelta(0), RAMP - self.elapsed)

    def after(self, elapsed: timedelta) -> Ramp:
        """Give the ramp some time later."""
        assert elapsed > timedelta(0), "a ramp that does not go on never settles"
        return Ramp(self.start, self.target, min(RAMP, self.elapsed + elapsed))
