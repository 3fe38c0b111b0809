"""A charge point with a past: an update, reservations, tags, a link that came and went."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from cp_tui.certificates.facts import SignatureScheme
from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.datatypes import AuthorizationStatus, ChargePointErrorCode, ChargePointStatus
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.security_world import certificate
from tests.tui.worlds import at

ACCEPTED, BLOCKED = AuthorizationStatus.ACCEPTED, AuthorizationStatus.BLOCKED
AVAILABLE, PREPARING = ChargePointStatus.AVAILABLE, ChargePointStatus.PREPARING
CHARGING, FAULTED = ChargePointStatus.CHARGING, ChargePointStatus.FAULTED


def firmware(
    state: v.FirmwareState = v.FirmwareState.DOWNLOADING, **changes: object
) -> v.FirmwareView:
    """An update, by default one that is fetched for the second time."""
    transfer = v.Transfer(
        location="https://***@files.example.com/fw/demo-22-1.1.0.bin?***",
        attempt=2,
        attempts_max=4,
        done_bytes=1_258_291,
        total_bytes=5_033_164,
        last_error="the server closed the connection after 12.0 KiB",
    )
    values = {"version": "1.0.0", "state": state, "since": at(14, 1, 22), "transfer": transfer}
    return converted(v.FirmwareView, values | changes)


def diagnostics() -> v.DiagnosticsView:
    """An upload that was done."""
    return v.DiagnosticsView(
        state=v.DiagnosticsState.UPLOADED,
        since=at(13, 22, 40),
        file_name="diagnostics-CP001-20260105T132201Z.zip",
        transfer=v.Transfer(location="ftp://***@files.example.com/diag", attempt=1, attempts_max=3),
    )


def log_upload(**changes: object) -> v.LogUploadView:
    """The security log of yesterday, that the CSMS has fetched."""
    values = {
        "state": v.DiagnosticsState.UPLOADED,
        "status": "Uploaded",
        "kind": v.LogKind.SECURITY,
        "request_id": 5,
        "oldest": at(0, day=4),
        "latest": at(0),
        "since": at(13, 24, 2),
        "file_name": "security-CP001-20260105T132401Z.log",
        "transfer": v.Transfer(
            location="https://***@files.example.com/logs", attempt=1, attempts_max=3
        ),
    }
    return converted(v.LogUploadView, values | changes)


SIGNER = certificate("Maker Signing 7", "Maker Root", days=400)


def signed_firmware(
    state: v.FirmwareState = v.FirmwareState.INSTALLED, **changes: object
) -> v.FirmwareView:
    """An update that the manufacturer has signed, and that runs."""
    file = v.FileFacts(name="demo-22-1.1.0.bin", size_bytes=5_033_164, sha256="ab" * 32)
    order = v.SignedFirmware(
        request_id=9,
        status="Installed",
        signer=SIGNER,
        anchor=certificate("Maker Root", "Maker Root", days=900),
        scheme=SignatureScheme.RSA_PSS,
        verified_at=at(13, 58, 40),
    )
    runs = v.RunningFirmware(
        since=at(14), sha256=file.sha256, scheme=SignatureScheme.RSA_PSS, signer=SIGNER
    )
    view = firmware(state, version="1.1.0", since=at(14), transfer=None)
    return replace(view, file=file, signed=order, running=runs, **changes)


def reservation(
    number: int, connector_id: int, until: datetime, tag: str = "04D4E5F6A7", group: str = ""
) -> v.Reservation:
    """A reservation made at one o'clock."""
    return v.Reservation(
        reservation_id=number,
        connector_id=connector_id,
        id_tag=tag,
        parent_id_tag=group or None,
        expiry_date=until,
        made_at=at(13),
    )


def reservations() -> v.ReservationsView:
    """Two in force, two over."""
    used = Reason(id="reservation.used", rule="S 5.13", text="04A2B3C4D5 started on connector 1")
    expired = Reason(id="reservation.expired", rule="S 5.13", text="its expiryDate came")
    return v.ReservationsView(
        active=(
            reservation(12, 0, at(18, 30), "04B1B2B3B4", "FLEET-7"),
            reservation(11, 2, at(14, 30)),
        ),
        ended=(
            v.EndedReservation(
                reservation=reservation(10, 1, at(13, 45), "04A2B3C4D5"),
                ended_at=at(13, 20, 9),
                reason=used,
            ),
            v.EndedReservation(
                reservation=reservation(9, 2, at(12, 30)), ended_at=at(12, 30), reason=expired
            ),
        ),
    )


def local_list(count: int = 4) -> v.LocalListView:
    """A list whose second tag is blocked and whose third has expired."""
    fleet = [
        v.TagEntry(id_tag="04A2B3C4D5", status=ACCEPTED, parent_id_tag="FLEET-7"),
        v.TagEntry(id_tag="04BADBAD00", status=BLOCKED),
        v.TagEntry(id_tag="04C0FFEE11", status=ACCEPTED, expiry_date=at(0)),
        v.TagEntry(id_tag="04D4E5F6A7", status=ACCEPTED, expiry_date=at(23, 59)),
    ]
    more = [v.TagEntry(id_tag=f"1000{number:06}", status=ACCEPTED) for number in range(count - 4)]
    return v.LocalListView(
        is_enabled=True,
        version=12,
        count=count,
        count_max=10_000,
        updated_at=at(8, 15, day=3),
        entries=tuple([*fleet, *more][:100]),
    )


def cache() -> v.AuthorizationCacheView:
    """Two tags that the CSMS was asked about."""
    return v.AuthorizationCacheView(
        is_enabled=True,
        count=2,
        count_max=1000,
        entries=(
            v.CachedTag(id_tag="04FFEE01", status=BLOCKED, updated_at=at(13, 58, 12)),
            v.CachedTag(
                id_tag="04E5E6E7E8",
                status=ACCEPTED,
                parent_id_tag="FLEET-7",
                updated_at=at(9, 10, day=2),
            ),
        ),
    )


def status_change(
    connector_id: int,
    old: ChargePointStatus,
    new: ChargePointStatus,
    code: str,
    cause: str,
    time: datetime,
    **changes: object,
) -> v.StatusChange:
    """A change of status."""
    values = {
        "connector_id": connector_id,
        "old_status": old,
        "status": new,
        "code": code,
        "cause": cause,
        "error_code": ChargePointErrorCode.NO_ERROR,
        "time": time,
    }
    return converted(v.StatusChange, values | changes)


def status_changes() -> list[v.StatusChange]:
    """A session on connector 1, a fault that came and went on connector 2; oldest first."""
    return [
        status_change(
            2,
            AVAILABLE,
            FAULTED,
            "A9",
            "error GroundFailure raised",
            at(12, 51, 3),
            error_code=ChargePointErrorCode.GROUND_FAILURE,
            info="residual current 31 mA",
        ),
        status_change(2, FAULTED, AVAILABLE, "I1", "error GroundFailure cleared", at(12, 58, 40)),
        status_change(1, AVAILABLE, PREPARING, "A2", "cable plugged in", at(13, 19, 55)),
        status_change(1, PREPARING, CHARGING, "B3", "energy is offered", at(13, 20, 11)),
    ]


def link_attempts() -> list[v.LinkAttempt]:
    """Booted, connected, lost, three ways to fail, and back; oldest first."""
    waiting = v.LinkPhase.WAITING
    return [
        v.LinkAttempt(at=at(9, 2, 11), attempt=1, phase=v.LinkPhase.OPEN),
        v.LinkAttempt(
            at=at(11, 40, 2),
            attempt=0,
            phase=waiting,
            step=v.LinkStep.OPEN,
            text="the connection broke without a close",
            hint="the CSMS ended, or something between dropped the connection",
            close_code=1006,
            open_for_s=9_471.0,
        ),
        v.LinkAttempt(
            at=at(11, 40, 7),
            attempt=1,
            phase=waiting,
            step=v.LinkStep.DNS,
            text="no name server answered for csms.example.com",
            hint="check the network and the name servers of this machine",
        ),
        v.LinkAttempt(
            at=at(11, 42, 30),
            attempt=2,
            phase=waiting,
            step=v.LinkStep.TCP,
            text="connection refused: nothing listens on csms.example.com:443",
            hint="check the port in csms.url, and whether the CSMS runs",
        ),
        v.LinkAttempt(
            at=at(11, 45, 1),
            attempt=3,
            phase=waiting,
            step=v.LinkStep.HTTP,
            text="HTTP 401 Unauthorized: refused user 'CP001' with a key of 20 bytes",
            hint="AuthorizationKey here and at the CSMS must be the same",
            http_status=401,
        ),
        v.LinkAttempt(at=at(11, 49, 2), attempt=4, phase=v.LinkPhase.OPEN),
    ]


def world() -> worlds.World:
    """Everything that the screen of maintenance can show."""
    trusted = worlds.open_link(trust="csms.ca_file /etc/ssl/csms-root.pem")
    return worlds.healthy() | {
        "link": trusted,
        "firmware": firmware(),
        "diagnostics": diagnostics(),
        "log_upload": log_upload(),
        "reservations": reservations(),
        "local_list": local_list(),
        "authorization_cache": cache(),
    }


def broken() -> worlds.World:
    """No CSMS, and what could fail has failed."""
    failed = firmware(
        v.FirmwareState.DOWNLOAD_FAILED,
        transfer=v.Transfer(
            location="https://files.example.com/fw/demo-22-1.1.0.bin",
            attempt=4,
            attempts_max=4,
            last_error="HTTP 404 Not Found",
        ),
    )
    upload = v.DiagnosticsView(
        state=v.DiagnosticsState.RETRYING,
        since=at(14, 2),
        file_name="diagnostics-CP001-20260105T140000Z.zip",
        transfer=v.Transfer(
            location="ftp://files.example.com/diag",
            attempt=1,
            attempts_max=3,
            next_try_at=at(14, 5),
            last_error="files.example.com:21: connection refused",
        ),
    )
    unused = replace(local_list(), is_enabled=False)
    return world() | {
        "link": replace(worlds.broken_link(), trust="the roots of the system"),
        "firmware": failed,
        "diagnostics": upload,
        "local_list": unused,
        "registration": worlds.broken()["registration"],
    }


def lost() -> list[v.LinkAttempt]:
    """The link ended a quarter of an hour ago, and does not come back."""
    ended, refused = link_attempts()[1], link_attempts()[3]
    return [
        *link_attempts(),
        replace(ended, at=at(13, 50, 11), open_for_s=7_269.0),
        *(replace(refused, at=at(13, 50 + 2 * n, 17), attempt=n) for n in range(1, 5)),
    ]


def empty() -> worlds.World:
    """A charge point that was never maintained."""
    return worlds.healthy() | {
        "firmware": v.FirmwareView(version="1.0.0"),
        "diagnostics": v.DiagnosticsView(),
        "log_upload": v.LogUploadView(),
        "reservations": v.ReservationsView(),
        "local_list": v.LocalListView(is_enabled=True, version=0, count=0, count_max=10_000),
        "authorization_cache": v.AuthorizationCacheView(is_enabled=False, count=0, count_max=1000),
    }


def engine(
    values: worlds.World | None = None,
    *,
    changes: list[v.StatusChange] | None = None,
    attempts: list[v.LinkAttempt] | None = None,
) -> FakeEngine:
    """An engine of this world, with its histories."""
    fake = FakeEngine(world() if values is None else values)
    for change in status_changes() if changes is None else changes:
        fake.emit("status_changes", change)
    for attempt in link_attempts() if attempts is None else attempts:
        fake.emit("link_attempts", attempt)
    return fake


def crowded() -> FakeEngine:
    """As much as there can be: 10,000 tags in the list, 500 changes on twelve connectors."""
    steps = [
        (AVAILABLE, PREPARING, "A2", "cable plugged in"),
        (PREPARING, CHARGING, "B3", "energy is offered"),
        (CHARGING, FAULTED, "C9", "error OverCurrentFailure raised"),
        (FAULTED, AVAILABLE, "I1", "error OverCurrentFailure cleared"),
    ]
    changes = [
        status_change(1 + n // 4 % 12, *steps[n % 4], at(6) + timedelta(seconds=55 * n))
        for n in range(500)
    ]
    refused = link_attempts()[3]
    attempts = [
        replace(refused, at=at(6) + timedelta(seconds=50 * n), attempt=n + 1) for n in range(500)
    ]
    held = tuple(
        reservation(100 + n, n + 1, at(15 + n // 3, 5 * n), f"TAG-OF-RESERVATION{n:02}")
        for n in range(12)
    )
    over = tuple(
        v.EndedReservation(
            reservation=reservation(n, 1 + n % 12, at(12)),
            ended_at=at(12) - timedelta(minutes=n),
            reason=Reason(id="reservation.expired", rule="S 5.13", text="its expiryDate came"),
        )
        for n in range(20)
    )
    full = world() | {
        "reservations": v.ReservationsView(active=held, ended=over),
        "local_list": local_list(10_000),
    }
    return engine(full, changes=changes, attempts=attempts)
