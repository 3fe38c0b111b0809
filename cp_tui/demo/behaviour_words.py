"""The behaviour of the CSMS in words, as people set it and read it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Struct
from msgspec.structs import replace
from pydantic import Field

from cp_tui.csms.behaviour import (
    AnswerCallError,
    Behaviour,
    CertificateAnswer,
    Delay,
    Fault,
    Silence,
)
from cp_tui.demo.csms_variables import CsmsBehaviour
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo, RegistrationStatus
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.units import number

EVERY = "*"
SILENT, DELAY = "silent", "delay"
DELAY_S_MAX = 600.0
ID_TAGS_MAX = 1_000
INTERVAL_S_MAX = 86_400 * 7
OFFSET_S_MAX = 86_400 * 366.0

ANSWERED = tuple(
    a for a, spec in SPEC.items() if spec.direction is not RequestDirection.TO_CHARGE_POINT
)
"""The actions that the CSMS answers."""

TagStatus = Annotated[AuthorizationStatus, Field(strict=False)]


class BehaviourChange(Struct, frozen=True):
    """What changes about the answers of the CSMS; what is None stays."""

    registration_status: Annotated[RegistrationStatus, Field(strict=False)] | None = None
    interval_s: Annotated[int, Field(ge=0, le=INTERVAL_S_MAX)] | None = None
    clock_offset_s: (
        Annotated[float, Field(strict=False, ge=-OFFSET_S_MAX, le=OFFSET_S_MAX)] | None
    ) = None
    id_tags: Annotated[dict[str, TagStatus], Field(max_length=ID_TAGS_MAX)] | None = None
    unknown_id_tag: TagStatus | None = None
    start_status: Annotated[
        TagStatus | None, Field(description="Accepted leaves the verdict to the tag")
    ] = None
    certificates: Annotated[
        Annotated[CertificateAnswer, Field(strict=False)] | None,
        Field(description="what comes of a request for a certificate"),
    ] = None
    faults: Annotated[
        dict[str, str] | None,
        Field(
            description="action, or * for all: silent, delay 5 (s), or the code of a CALLERROR: "
            + ", ".join(ErrorCode)
        ),
    ] = None


def changed(old: Behaviour, change: BehaviourChange) -> Behaviour:
    """Apply a change; `ValueError` with a sentence where it cannot be, and then nothing is."""
    told = ((name, getattr(change, name)) for name in change.__struct_fields__)
    new = {name: value for name, value in told if value is not None}
    if change.id_tags is not None:
        tags = change.id_tags.items()
        new["id_tags"] = {tag.upper(): _info(old, tag, status) for tag, status in tags}
    if change.unknown_id_tag is not None:
        new["unknown_id_tag"] = IdTagInfo(status=change.unknown_id_tag)
    if change.start_status is AuthorizationStatus.ACCEPTED:
        new["start_status"] = None
    if change.faults is not None:
        new["faults"] = faults_of(change.faults)
    return replace(old, **new)


def described(behaviour: Behaviour) -> CsmsBehaviour:
    """Put a behaviour into words."""
    return CsmsBehaviour(
        registration_status=behaviour.registration_status,
        interval_s=behaviour.interval_s,
        clock_offset_s=behaviour.clock_offset_s,
        id_tags={tag: info.status for tag, info in behaviour.id_tags.items()},
        unknown_id_tag=behaviour.unknown_id_tag.status,
        start_status=behaviour.start_status,
        certificates=behaviour.certificates,
        faults=_faults_in_words(behaviour.faults),
        is_normal=behaviour == Behaviour(),
    )


def faults_of(words: Mapping[str, str]) -> dict[Action, Fault]:
    """Read faults by action; what is said of an action goes before what is said of all."""
    found: dict[Action, Fault] = {}
    for name, text in sorted(words.items(), key=lambda item: item[0] != EVERY):
        fault = _fault(name, text)
        if name == EVERY:
            found |= dict.fromkeys(ANSWERED, fault)
            continue
        folded = {action.casefold(): action for action in ANSWERED}
        action = folded.get(name.casefold())
        if action is None:
            known = ", ".join(sorted(ANSWERED))
            raise ValueError(f"{name!r} is no action that the CSMS answers; there are: * {known}")
        found[action] = fault
    return found


def _fault(name: str, text: str) -> Fault:
    word, _, rest = text.strip().partition(" ")
    if word.casefold() == SILENT and not rest:
        return Silence()
    if word.casefold() == DELAY:
        try:
            delay_s = float(rest)
        except ValueError:
            delay_s = 0.0
        if not 0 < delay_s <= DELAY_S_MAX:
            raise ValueError(
                f"{name}: delay {rest!r}: up to {number(DELAY_S_MAX)} seconds are needed"
            )
        return Delay(delay_s)
    folded = {code.casefold(): code for code in ErrorCode}
    code = folded.get(word.casefold())
    if code is None:
        known = ", ".join(ErrorCode)
        raise ValueError(
            f"{name} = {text!r}: silent, delay with seconds, or an error code: {known}"
        )
    return AnswerCallError(code, rest or "on purpose, as the operator of the CSMS asked")


def _faults_in_words(faults: Mapping[Action, Fault]) -> dict[str, str]:
    words = {action.value: _words(fault) for action, fault in faults.items()}
    is_every = set(faults) == set(ANSWERED) and len(set(words.values())) == 1
    return {EVERY: next(iter(words.values()))} if is_every else words


def _words(fault: Fault) -> str:
    match fault:
        case Silence():
            return SILENT
        case Delay(delay_s):
            return f"{DELAY} {number(delay_s)}"
        case AnswerCallError(code):
            return code.value


def _info(old: Behaviour, tag: str, status: AuthorizationStatus) -> IdTagInfo:
    """Keep what else is known of a tag whose status stays."""
    known = old.id_tags.get(tag.upper())
    return known if known is not None and known.status is status else IdTagInfo(status=status)
