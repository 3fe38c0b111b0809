"""What the shell cannot do yet: the mind is told so, and nobody waits for it in vain."""

from __future__ import annotations

from cp_tui.certificates.facts import KeyKind
from cp_tui.charge_point.effects import (
    Effect,
    EmptySecurityLog,
    ForgetKey,
    InspectFile,
    LogSecurityEvent,
    MakeCertificateRequest,
    SetCredentials,
    Upload,
    UploadContent,
)
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    Event,
    FileInspected,
    FrameReceived,
    LinkFailed,
    SecurityLogChanged,
    TransferFinished,
)
from cp_tui.charge_point.variables.security import SecurityLogLine
from cp_tui.engine.outlet import NO_SECURITY_LOG
from tests.engine.fakes import NOON, Minds
from tests.engine.test_engine_loop import bench


async def test_what_the_shell_cannot_do_is_told_to_the_mind_in_words() -> None:
    line = SecurityLogLine(time=NOON, type="ResetOrReboot", is_critical=True, is_sent=False)
    effects: list[Effect] = [
        SetCredentials(None, "not set", 3, "wss://csms.example/CP001"),
        MakeCertificateRequest("k1", KeyKind.EC_P256, "SN1", "Operator"),
        ForgetKey("k1"),
        InspectFile("firmware.bin"),
        LogSecurityEvent(line),
        EmptySecurityLog(),
        Upload("u1", "ftp://logs.example/in", "s.log", content=UploadContent.SECURITY_LOG),
    ]

    def answer(event: Event) -> list[Effect]:
        return effects if event == FrameReceived("go") else []

    async with bench(Minds(answer)) as on:
        await on.frames("go")
        await on.until_told(TransferFinished("u1", False, NO_SECURITY_LOG))
        told = [type(event) for event in on.minds.mind.events]
    for kind in (LinkFailed, CertificateRequestFailed, FileInspected, SecurityLogChanged):
        assert told.count(kind) == 1
    assert "ResetOrReboot" in on.lines.getvalue()
    assert "key k1 is not deleted" in on.lines.getvalue()
