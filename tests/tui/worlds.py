"""Whole worlds for the screen: healthy, without CSMS, stopped, nothing said yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    Loser,
    LostBecause,
    ProfileRef,
    SourceKind,
)
from cp_tui.ocpp.datatypes import (
    ChargePointErrorCode,
    ChargePointStatus,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    RegistrationStatus,
)

NOW = datetime(2026, 1, 5, 14, 3, 27, tzinfo=UTC)
"""The instant at which the tests stand still."""

World = dict[str, Any]


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 5) -> datetime:
    """An instant of that day."""
    return datetime(2026, 1, day, hour, minute, second, tzinfo=UTC)


def identity(**changes: object) -> v.Identity:
    """Who it is."""
    values = {
        "charge_point_id": "CP001",
        "vendor": "Example",
        "model": "Demo-22",
        "charge_box_serial_number": "CP001",
        "firmware_version": "1.0.0",
        "url": "wss://csms.example.com/ocpp/CP001",
        "connectors": 2,
        "cp_tui_version": "0.1.0",
    }
    return converted(v.Identity, values | changes)


def open_link(**changes: object) -> v.LinkView:
    """A healthy link."""
    link = v.LinkView(
        phase=v.LinkPhase.OPEN,
        since=at(11, 49, 2),
        ping_round_trip_ms=12.3,
        last_in=v.LastFrame(at=at(14, 3, 15), action="Heartbeat"),
        last_out=v.LastFrame(at=at(14, 3, 15), action="Heartbeat"),
        subprotocol="ocpp1.6",
        tls=v.Tls(
            version="TLSv1.3",
            cipher="TLS_AES_256_GCM_SHA384",
            certificate=v.Certificate(
                subject="csms.example.com",
                issuer="Example Root CA",
                not_before=at(0) - timedelta(days=100),
                not_after=at(0) + timedelta(days=265),
            ),
        ),
        security_profile=2,
        authorization_key="20 bytes (hex)",
    )
    return replace(link, **changes)


def broken_link() -> v.LinkView:
    """Nothing listens at the other end."""
    return v.LinkView(
        phase=v.LinkPhase.WAITING,
        since=at(13, 50, 11),
        attempt=7,
        next_attempt_at=at(14, 3, 41),
        last_error=v.LinkError(
            step=v.LinkStep.TCP,
            text="connection refused by csms.example.com port 443",
            hint="Is the CSMS running, and does a firewall let port 443 through?",
            at=at(14, 3, 17),
        ),
        last_in=v.LastFrame(at=at(13, 50, 2), action="Heartbeat"),
        last_out=v.LastFrame(at=at(13, 50, 9), action="MeterValues"),
        security_profile=1,
        authorization_key="20 bytes (text)",
    )


def accepted() -> v.RegistrationView:
    """The CSMS wants this charge point."""
    return v.RegistrationView(
        status=RegistrationStatus.ACCEPTED,
        since=at(11, 49, 3),
        interval_s=60,
        next_heartbeat_at=at(14, 4, 15),
        clock_offset_s=-0.2,
        clock_set_at=at(14, 3, 15),
        clock_set_by="Heartbeat",
    )


def reason(text: str, id: str = "smart_charging.limit", rule: str = "S 3.13.2") -> Reason:
    """A reason."""
    return Reason(id=id, rule=rule, text=text)


def limit(amperes: str, source: str, until: datetime | None = None) -> v.LimitView:
    """A limit on three phases of 230 V."""
    watts = Decimal(amperes) * 690
    text = f"{source} is the lowest of what applies"
    return v.LimitView(
        limit_a=Decimal(amperes), limit_w=watts, source=source, reason=reason(text), until=until
    )


def connectors() -> v.Connectors:
    """One charges, one is free."""
    charging = v.ConnectorView(
        connector_id=1,
        status=ChargePointStatus.CHARGING,
        error_code=ChargePointErrorCode.NO_ERROR,
        since=at(13, 20, 11),
        cause="B3 contactor closed, energy is offered",
        is_plugged=True,
        is_locked=True,
        vehicle=v.VehicleView(
            battery_wh=60_000,
            soc_percent=45.2,
            max_current_a=32,
            phases=3,
            max_power_w=22_000,
            is_suspended=False,
            full_at=at(17, 50, 59),
        ),
        transaction=v.ConnectorTransaction(
            transaction_id=1234,
            id_tag="04A2B3C4D5",
            started_at=at(13, 20, 9),
            meter_start_wh=120_000,
            energy_wh=3_210,
        ),
        measurement=v.Measurement(
            register_wh=123_210,
            power_w=11_010,
            current_a=16.0,
            voltage_v=229.4,
            phases=3,
            soc_percent=45.2,
        ),
        limit=limit("16", "TxProfile #7 level 2", at(15, 42)),
    )
    free = v.ConnectorView(
        connector_id=2,
        status=ChargePointStatus.AVAILABLE,
        error_code=ChargePointErrorCode.NO_ERROR,
        since=at(12, 58, 40),
        cause="I1 cable pulled",
        measurement=v.Measurement(
            register_wh=88_000, power_w=0, current_a=0, voltage_v=230, phases=3
        ),
        limit=limit("32", "hardware"),
        last_refusal=Reason(
            id="authorization.csms.blocked",
            rule="S 4.2",
            text="the CSMS answered Blocked for tag 04FFEE01",
        ),
    )
    whole = v.ConnectorView(
        connector_id=0,
        status=ChargePointStatus.AVAILABLE,
        error_code=ChargePointErrorCode.NO_ERROR,
        since=at(11, 49, 3),
        cause="booted",
        measurement=v.Measurement(
            register_wh=211_210, power_w=11_010, current_a=16.0, voltage_v=230, phases=3
        ),
    )
    return v.Connectors((whole, charging, free))


def entry(key: str, value: str | None, **changes: object) -> v.ConfigurationEntry:
    """A configuration key."""
    values = {
        "key": key,
        "value": value,
        "default": value,
        "read_only": False,
        "is_custom": False,
        "type": "integer",
        "source": v.KeySource.DEFAULT,
    }
    return converted(v.ConfigurationEntry, values | changes)


def configuration() -> v.ConfigurationView:
    """Keys of every kind."""
    by_csms = {"source": v.KeySource.CSMS, "changed_at": at(14, 1, 5)}
    return v.ConfigurationView(
        (
            entry("AllowOfflineTxForUnknownId", "false", type="boolean"),
            entry("AuthorizationCacheEnabled", "true", type="boolean"),
            entry("AuthorizationKey", None, type="text", source=v.KeySource.FILE),
            entry("AuthorizeRemoteTxRequests", "false", type="boolean"),
            entry("ConnectionTimeOut", "60", unit="s", constraint="0 or more"),
            entry(
                "HeartbeatInterval",
                "60",
                default="86400",
                unit="s",
                constraint="0 or more",
                effect="Seconds of silence before a Heartbeat.",
                is_monitored=True,
                **by_csms,
            ),
            entry("LocalPreAuthorize", "true", type="boolean"),
            entry("MeterValueSampleInterval", "15", unit="s", is_monitored=True, **by_csms),
            entry("MeterValuesSampledData", "Energy.Active.Import.Register", type="list"),
            entry("NumberOfConnectors", "2", read_only=True, source=v.KeySource.HARDWARE),
            entry("SupportedFeatureProfiles", "Core,SmartCharging", read_only=True, type="list"),
            entry("WebSocketPingInterval", "30", unit="s", is_reboot_pending=True, **by_csms),
            entry("SiteName", "Depot north", is_custom=True, type="text", source=v.KeySource.FILE),
            entry(
                "FanLevel",
                "3",
                is_custom=True,
                constraint="0 to 5",
                source=v.KeySource.OPERATOR,
                changed_at=at(13, 11),
            ),
        )
    )


def change(key: str, old: str | None, new: str, time: datetime) -> v.KeyChange:
    """A change by the CSMS."""
    return v.KeyChange(
        key=key,
        value=new,
        read_only=False,
        old_value=old,
        time=time,
        source=v.KeySource.CSMS,
        answer="Accepted",
    )


def monitors() -> v.MonitorsView:
    """Three keys, two of them changed."""
    newest = change("HeartbeatInterval", "300", "60", at(14, 1, 5))
    older = change("HeartbeatInterval", "86400", "300", at(11, 52, 40))
    sample = change("MeterValueSampleInterval", "60", "15", at(13, 59, 12))
    return v.MonitorsView(
        keys=(
            v.Monitor(key="HeartbeatInterval", is_known=True, value="60", last_change=newest),
            v.Monitor(
                key="MeterValueSampleInterval", is_known=True, value="15", last_change=sample
            ),
            v.Monitor(key="SiteName", is_known=True, value="Depot north"),
            v.Monitor(key="FooBar", is_known=False),
        ),
        history=(newest, sample, older),
    )


def schedule(
    connector_id: int, steps: list[tuple[datetime, str]], *, is_real: bool
) -> CompositeSchedule:
    """A schedule of a day with these steps."""
    start, end = at(14), at(14, day=6)
    winner = ProfileRef(
        profile_id=7,
        purpose=ChargingProfilePurposeType.TX_PROFILE,
        stack_level=2,
        connector_id=connector_id,
    )
    loser = Loser(
        profile=ProfileRef(
            profile_id=3,
            purpose=ChargingProfilePurposeType.TX_DEFAULT_PROFILE,
            stack_level=0,
            connector_id=0,
        ),
        why=LostBecause.LOWER_STACK_LEVEL,
        sentence="TxDefaultProfile #3 level 0 is hidden: a TxProfile applies.",
    )
    ends = [step[0] for step in steps[1:]] + [end]
    periods = tuple(
        CompositePeriod(
            start=max(begin, start),
            end=until,
            limit=Decimal(amperes),
            source=LimitSource(
                kind=SourceKind.PROFILE if is_real else SourceKind.HARDWARE,
                is_hypothetical=not is_real,
                winner=winner if is_real else None,
                sentence="TxProfile #7 level 2 sets the limit."
                if is_real
                else "No profile applies: the hardware limit.",
                losers=(loser,) if is_real else (),
            ),
        )
        for (begin, amperes), until in zip(steps, ends, strict=True)
    )
    return CompositeSchedule(
        connector_id=connector_id,
        start=start,
        duration_s=86_400,
        unit=ChargingRateUnitType.A,
        periods=periods,
    )


def schedules() -> v.ChargingSchedules:
    """A day that changes every few hours."""
    one = schedule(
        1,
        [(at(14), "16"), (at(15, 42), "10"), (at(17), "6"), (at(19), "24"), (at(22), "32")],
        is_real=True,
    )
    two = schedule(2, [(at(14), "32"), (at(18), "16"), (at(21), "32")], is_real=False)
    whole = schedule(
        0, [(at(14), "48"), (at(15, 42), "42"), (at(17), "38"), (at(19), "40")], is_real=False
    )
    return v.ChargingSchedules({0: whole, 1: one, 2: two})


def transactions() -> v.TransactionsView:
    """One runs."""
    return v.TransactionsView(
        (
            v.TransactionEntry(
                key="t1",
                connector_id=1,
                transaction_id=1234,
                id_tag="04A2B3C4D5",
                started_at=at(13, 20, 9),
                meter_start_wh=120_000,
                energy_wh=3_210,
                delivery=v.DeliveryState.DELIVERED,
                messages=v.TransactionMessages(
                    start=v.MessageDelivery(
                        state=v.DeliveryState.DELIVERED, delivered_at=at(13, 20, 10)
                    )
                ),
            ),
        )
    )


def healthy() -> World:
    """All is well: accepted, one vehicle charges."""
    return {
        "identity": identity(),
        "link": open_link(),
        "is_connected": True,
        "registration": accepted(),
        "connectors": connectors(),
        "configuration": configuration(),
        "monitors": monitors(),
        "charging_schedules": schedules(),
        "outbox": v.OutboxView(),
        "transactions": transactions(),
        "stop_report": None,
    }


def broken() -> World:
    """No CSMS for a quarter of an hour; a fault, and messages that wait."""
    whole, charging, free = connectors()
    faulted = replace(
        free,
        status=ChargePointStatus.FAULTED,
        error_code=ChargePointErrorCode.GROUND_FAILURE,
        cause="B9 error GroundFailure raised",
        last_refusal=None,
        faults=(
            v.Fault(
                error_code=ChargePointErrorCode.GROUND_FAILURE,
                info="residual current 31 mA",
                vendor_error_code="A017",
                blocks_charging=True,
                since=at(13, 58, 2),
            ),
        ),
    )
    return healthy() | {
        "link": broken_link(),
        "is_connected": False,
        "outbox": v.OutboxView(count=3),
        "connectors": v.Connectors((whole, charging, faulted)),
    }


def stopped() -> World:
    """The operator has stopped it during a transaction."""
    return healthy() | {
        "link": v.LinkView(phase=v.LinkPhase.STOPPED, since=at(14, 2, 0)),
        "is_connected": False,
        "stop_report": v.StopReport(
            at=at(14, 2, 0),
            lines=(
                "transaction 1234 of 04A2B3C4D5 on connector 1 ended with reason Other",
                "2 transaction messages are kept and sent after restart",
            ),
        ),
    }


def empty() -> World:
    """The engine has said nothing but who it is."""
    return {"identity": identity()}
