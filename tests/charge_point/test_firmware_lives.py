"""Lives of a charge point whose firmware and logs are ordered, cut off, forged and swapped.

Whatever happens when: no firmware runs that the manufacturer has not signed as it lies there, no
status goes back, nothing more is told of a request that was replaced, and in the end all is well.
"""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point.effects import Download, InspectFile
from cp_tui.charge_point.firmware_statuses import is_under_way
from cp_tui.charge_point.variables import FileFacts, FirmwareState
from cp_tui.station.errors import StationError
from tests.charge_point.rig import NEW_FIRMWARE
from tests.charge_point.signing import LOCATION, SWAPPED, at, order, shown, signature, signed, slow
from tests.tiers import tier

STEPS = 60
WHAT = ("order", "transfer", "swap", "look", "power", "link", "people", "log", "time")
WEIGHTS = (4, 4, 2, 5, 1, 1, 2, 1, 4)
ORDER = (
    {"DownloadScheduled"},
    {"Downloading", "DownloadFailed"},
    {"Downloaded"},
    {"SignatureVerified"},
    {"InstallScheduled"},
    {"Installing"},
    {"Installed", "InvalidSignature", "InstallVerificationFailed"},
)
"""No status of a request is followed by one of a set before its own."""
FORGED = signature(replace(NEW_FIRMWARE, sha256="12" * 32))
"""Of a file that never lies there."""


class Life:
    """What the CSMS, the servers, people and the power do, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"firmware {seed}")
        self.made = signed()
        self.made.inspects = False
        slow(self.made)
        # The CSMS is slow with one message in between, so that others wait for their turn.
        self.made.responders["Heartbeat"] = lambda _: None
        self.requests = self.newest = 0
        self.found: FileFacts | None = None
        """What the file was when it was looked at last; a second answer counts for nothing."""
        self.looks: list[InspectFile] = []
        self.forged: set[int] = set()
        """Requests whose signature is that of another file."""
        self.state = FirmwareState.IDLE
        self.replaced: dict[int, int] = {}
        """Request -> how many messages had gone out when another one took its place."""

    def step(self) -> None:
        """Do one thing, then look."""
        made, random = self.made, self.random
        what = random.choices(WHAT, WEIGHTS)[0]
        match what:
            case "order":
                self.order()
            case "transfer":
                self.transfer()
            case "swap":
                found = random.choice((NEW_FIRMWARE, SWAPPED, None))
                made.files = {} if found is None else {NEW_FIRMWARE.name: found}
            case "look":
                self.look_at_file()
            case "power":
                made.power_cycle()
            case "link":
                made.cut() if made.is_open else made.reconnect()
            case "people":
                self.act(random.choice(("plug_in", "plug_out", "plug_out")), connector_id=1)
                self.act("swipe", id_tag="TAG", connector_id=1)
            case "log":
                self.log()
            case _:
                made.after(random.choice((1, 10, 90)))
        self.check()

    def act(self, method: str, **params: JsonValue) -> None:
        """Do something at the station, where that is possible."""
        with suppress(StationError):
            self.made.act(method, **params)

    def order(self) -> None:
        """Order firmware, signed well, or with the signature of another file."""
        has_work = is_under_way(self.made.charger.mind._components.firmware._record)
        if not self.made.is_open or (has_work and self.random.random() < 0.6):
            return
        self.requests += 1
        firmware = {"retrieveDateTime": at(minutes=self.random.choice((-9, 0, 1)))}
        if self.random.random() < 0.5:
            firmware["installDateTime"] = at(minutes=self.random.choice((1, 3)))
        if self.random.random() < 0.3:
            self.forged.add(self.requests)
            firmware["signature"] = FORGED
        before, retries = len(self.made.sent), {"retries": 1, "retryInterval": 5}
        status = order(self.made, self.requests, more=retries, **firmware)
        assert status in {"Accepted", "AcceptedCanceled", "Rejected"}
        if status == "AcceptedCanceled":
            self.replaced[self.newest] = before
        if status != "Rejected":
            self.newest = self.requests

    def transfer(self) -> None:
        """End the newest transfer, well or not; one that is over hears nothing of it."""
        made = self.made
        if made.transfers:
            is_firmware = isinstance(made.transfers[-1], Download)
            good = NEW_FIRMWARE if is_firmware else True
            made.finish_transfer(self.random.choice((good, good, "no route")))

    def look_at_file(self) -> None:
        """Let the file be read as it lies there."""
        made = self.made
        if made.inspections:
            look = made.inspections[-1]
            if look not in self.looks:
                self.found = made.files.get(look.file)
            self.looks.append(look)
            made.inspect(look)

    def log(self) -> None:
        """Order a log."""
        if self.made.is_open:
            log = {"remoteLocation": LOCATION}
            kind = self.random.choice(("SecurityLog", "DiagnosticsLog"))
            payload = {"logType": kind, "requestId": 1_000, "log": log, "retries": 0}
            self.made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
            assert self.made.request("GetLog", payload)[2]["status"].startswith("Accepted")

    def check(self) -> None:
        """What has to be so at every moment."""
        was, self.state = self.state, shown(self.made).state
        if was is not self.state is FirmwareState.INSTALLED:
            assert self.found == NEW_FIRMWARE
        told: dict[int, list[str]] = {}
        for number, frame in enumerate(self.made.sent):
            if frame[0] == 2 and frame[2] == "SignedFirmwareStatusNotification":
                request_id = frame[3]["requestId"]
                told.setdefault(request_id, []).append(frame[3]["status"])
                assert number < self.replaced.get(request_id, len(self.made.sent)), frame
        for request_id, statuses in told.items():
            ranks = [next(n for n, each in enumerate(ORDER) if s in each) for s in statuses]
            assert ranks == sorted(ranks), (request_id, statuses)
            assert ranks.count(len(ORDER) - 1) <= 1, (request_id, statuses)
            assert request_id not in self.forged or "SignatureVerified" not in statuses

    def come_to_rest(self) -> None:
        """Let everything go well from now on."""
        made = self.made
        self.found = made.files[NEW_FIRMWARE.name] = NEW_FIRMWARE
        made.inspects = True
        made.carrier = lambda each: NEW_FIRMWARE if isinstance(each, Download) else True
        self.act("plug_out", connector_id=1)
        made.power_cycle()
        if not made.is_open:
            made.reconnect()
        made.after(1_800)
        self.check()


@pytest.mark.parametrize("seed", range(tier(8, deep=5_000)))
def test_whatever_happens_nothing_runs_that_nobody_has_signed(seed: int) -> None:
    life = Life(seed)
    for _ in range(STEPS):
        life.step()
    life.come_to_rest()
    made = life.made
    assert not is_under_way(made.charger.mind._components.firmware._record)
    assert not made.charger.mind._components.logs.is_under_way
    assert {made.statuses(n)[-1] for n in (1, 2) if made.statuses(n)} <= {"Available"}
