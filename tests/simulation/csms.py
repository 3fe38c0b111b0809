"""The model CSMS: keeps to the protocol or not, as the options of the run say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from cp_tui.library.virtual_network import NetworkEnds, VirtualConnection, VirtualNetwork
from tests.simulation.options import Options, Trouble

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
LATE_S = (5.0, 90.0)
"""How late a late answer is: around every MessageTimeout that a run may have."""
EXPIRIES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00")
TAGS = ("TAG-A", "TAG-B", "tag-a", "GUEST", "STRANGER")


@dataclass
class Received:
    """A request of the charge point that the CSMS took."""

    connection: int
    message_id: str
    action: str
    payload: dict[str, Any]
    result: dict[str, Any]
    """What is answered where nothing goes wrong."""


@dataclass
class Book:
    """What the CSMS knows of its charge point."""

    received: list[Received] = field(default_factory=list)
    statuses: dict[int, str] = field(default_factory=dict)
    transactions: dict[int, int] = field(default_factory=dict)
    """transactionId -> connector, of those that run."""


class ModelCsms:
    """One CSMS for one charge point."""

    def __init__(
        self, options: Options, ends: NetworkEnds, network: VirtualNetwork, random: Random
    ) -> None:
        self._options = options
        self._ends = ends
        self._network = network
        self._random = random
        self._transaction_ids = count(100)
        self._request_ids = count(1)
        self._connection: VirtualConnection | None = None
        self.book = Book()
        self.interval_s = random.choice((0, 60, 600))
        """Of the heartbeats."""
        self._done: dict[str, tuple[tuple[str, dict[str, Any]], dict[str, Any]]] = {}
        """What was done already, by message id: the request and its result."""
        self.is_healthy = False
        """From now on everything is answered, at once and kindly."""

    def opened(self, connection: VirtualConnection) -> None:
        """The charge point is there."""
        self._connection = connection

    def closed(self, connection: VirtualConnection) -> None:
        """The charge point is gone."""
        if self._connection is connection:
            self._connection = None

    def receives(self, connection: VirtualConnection, text: str) -> None:
        """Take a frame."""
        message = json.loads(text)
        if message[0] != CALL:
            return
        _, message_id, action, payload = message
        if self._happens(Trouble.DEAF_CSMS, 0.1):
            return
        if self._happens(Trouble.CALL_ERRORS, 0.1):
            code = self._random.choice(("InternalError", "GenericError", "NoSuchCode"))
            self._answer(connection, [CALL_ERROR, message_id, code, "", {}])
            return
        if (known := self._done.get(message_id)) is not None:
            # Sent again because the answer was lost: it is known by its id (JE 3.1).
            request, result = known
            assert request == (action, payload), f"{message_id} of {request} is used again: {text}"
        else:
            result = self._result(action, payload)
            taken = Received(connection.number, message_id, action, payload, result)
            self.book.received.append(taken)
            self._done[message_id] = (action, payload), result
        if self._happens(Trouble.SILENT_CSMS, 0.1):
            return
        if self._happens(Trouble.BAD_ANSWERS, 0.1):
            result = self._flawed(payload, result)
        self._answer(connection, [CALL_RESULT, message_id, result])
        if self._happens(Trouble.DOUBLE_ANSWERS, 0.3):
            self._answer(connection, [CALL_RESULT, message_id, result])

    def _flawed(self, request: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        """Spoil an answer as they are spoiled in the field (wire.md, Bad input)."""
        number = self._random.choice((0, -1, 2**31, 2**63, 1e300, "17", "", None))
        return self._random.choice(
            (
                {},
                {"status": 5},
                {"idTagInfo": None},
                {"x": 1},
                request,
                {**result, "status": "Accepted", "x": [None]},
                {**result, "idTagInfo": {"status": "Accepted", "parentIdTag": None}},
                {**result, "transactionId": number, "interval": number, "expiryDate": ""},
            )
        )

    def _answer(self, connection: VirtualConnection, message: list[Any]) -> None:
        delay_s = 0.0
        if self._happens(Trouble.SLOW_CSMS, 0.5):
            delay_s = self._random.uniform(0.0, 5.0)
        if self._happens(Trouble.LATE_CSMS, 0.2):
            delay_s = self._random.uniform(*LATE_S)
        self._network.send_down(connection, json.dumps(message), delay_s)

    def _happens(self, trouble: Trouble, chance: float) -> bool:
        is_on = self._options.has(trouble) and not self.is_healthy
        return is_on and self._random.random() < chance

    def _time(self) -> str:
        if self._happens(Trouble.CLOCK_JUMPS, 0.2):
            return self._random.choice(
                ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
            )
        time = self._ends.now + timedelta(seconds=self._options.clock_skew_s)
        return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _result(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        match action:
            case "BootNotification":
                return self._booted()
            case "Heartbeat":
                return {"currentTime": self._time()}
            case "Authorize":
                return {"idTagInfo": self._tag_info(payload["idTag"])}
            case "StartTransaction":
                number = next(self._transaction_ids)
                self.book.transactions[number] = payload["connectorId"]
                return {"transactionId": number, "idTagInfo": self._tag_info(payload["idTag"])}
            case "StopTransaction":
                self.book.transactions.pop(payload["transactionId"], None)
                return {}
            case "StatusNotification":
                self.book.statuses[payload["connectorId"]] = payload["status"]
                return {}
            case "DataTransfer":
                return {"status": "Accepted"}
            case "SignCertificate":
                return {"status": self._random.choice(("Accepted", "Accepted", "Rejected"))}
            case _:
                return {}

    def _booted(self) -> dict[str, Any]:
        status, interval = "Accepted", self.interval_s
        if self._happens(Trouble.REGISTRATION, 0.6):
            status = self._random.choice(("Pending", "Rejected"))
            interval = self._random.choice((0, 10, 120))
        if self._happens(Trouble.CLOCK_JUMPS, 0.2):
            # Not with Rejected: a charger that is told to wait for ever has to.
            interval = 10**12 if status == "Accepted" else -5
        return {"status": status, "currentTime": self._time(), "interval": interval}

    def _tag_info(self, tag: str) -> dict[str, Any]:
        if self._happens(Trouble.REFUSED_TAGS, 0.3):
            refusals = ("Blocked", "Expired", "Invalid", "ConcurrentTx")
            return {"status": self._random.choice(refusals)}
        info: dict[str, Any] = {"status": "Accepted"}
        if tag.upper().startswith("TAG"):
            info["parentIdTag"] = "GROUP"
        if self._happens(Trouble.CALENDAR_ENDS, 0.3):
            info["expiryDate"] = self._random.choice(EXPIRIES)
        return info

    def ask(self, action: str, payload: dict[str, Any]) -> None:
        """Send one request."""
        self.act([lambda random, book: (action, payload)])

    def act(self, kinds: list[Callable[[Random, Book], tuple[str, Any]]]) -> str:
        """Send a request of one of these kinds, if the charge point is there."""
        if self._connection is None:
            return "the CSMS has nobody to ask"
        action, payload = self._random.choice(kinds)(self._random, self.book)
        message_id = f"csms-{next(self._request_ids)}"
        text = json.dumps([CALL, message_id, action, payload])
        self._network.send_down(self._connection, text)
        return f"CSMS asks {action} {payload}"

    def send_raw(self, data: str | bytes) -> str:
        """Send something that is no proper frame."""
        if self._connection is not None:
            self._network.send_down(self._connection, data)
        return f"CSMS sends {data!r}"
