"""What each charge point of a fleet is: what is said for all, its kind, its id and its password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.engine.endpoint import endpoint
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.shares import SILVER, of_shares


class FleetChargePoints:
    """Gives the configuration of each charge point; what all of a kind share exists once."""

    def __init__(
        self,
        plan: FleetPlan,
        of_all: ChargePointConfig,
        kinds: Sequence[tuple[ChargePointConfig, float]] = (),
        passwords: Mapping[str, str] | None = None,
    ) -> None:
        """`kinds` each with their share; `passwords` by id, None: those of the kind are theirs."""
        self._plan = plan
        self._of_all = of_all
        self._kinds = tuple(kinds)
        self._passwords = passwords

    def __call__(self, index: int) -> ChargePointConfig:
        """Give that of the charge point with this index; the first is 0."""
        kind, id_ = self._kind_of(index), self._plan.id_of(index)
        keys = kind.keys
        if self._passwords is not None and id_ in self._passwords:
            keys = {**keys, "AuthorizationKey": self._passwords[id_]}
        uri = endpoint(self._plan.url, id_).uri
        return replace(kind, charge_point_id=id_, url=uri, keys=keys)

    def _kind_of(self, index: int) -> ChargePointConfig:
        found = of_shares(self._kinds, self._plan.seed, "kind", index, SILVER)
        return self._of_all if found is None else found
