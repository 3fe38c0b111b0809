"""Who may charge: the whole table of list, cache, keys and connection (S 3.4, S 3.5, S 4.1)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest

from cp_tui.charge_point import authorization_cache
from cp_tui.charge_point.authorization_cache import CACHE_MAX
from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.events import Stop
from cp_tui.charge_point.variables import AuthorizationCacheView, TagExplanation, TagOutcome
from cp_tui.ocpp.datatypes import AuthorizationStatus
from tests.charge_point.listing import entry, send
from tests.charge_point.reserving import fault, reserve
from tests.charge_point.rig import T0, Rig, rig
from tests.conformance.steps import set_key
from tests.tiers import tier

TAG = "IDTAG1"
BAD = ("Blocked", "Expired", "Invalid", "ConcurrentTx")
PAST = (T0 - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
SOON = (T0 + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def info(status: str, **more: str) -> dict[str, Any]:
    return {"idTagInfo": {"status": status, **more}}


def charger(
    *,
    listed: str | None = None,
    cached: str | None = None,
    expiry: str | None = None,
    **keys: str,
) -> Rig:
    """Build a charger that knows the tag by the local list, the cache, both or not at all."""
    made = rig(keys=keys)
    more = {"expiryDate": expiry} if expiry else {}
    if cached is not None:
        made.responders["Authorize"] = lambda _: info(cached, **more)
        made.act("swipe", id_tag=TAG)
        if cached == "Accepted" and expiry != PAST:
            made.act("swipe", id_tag=TAG)
        else:
            made.after(70)
        del made.responders["Authorize"]
    if listed is not None:
        assert send(made, 1, "Full", [entry(TAG, listed, **more)]) == "Accepted"
    made.forget_sent()
    return made


def starts(made: Rig) -> bool:
    """Show the tag; say whether it may start."""
    made.act("swipe", id_tag=TAG)
    connectors: Any = made.variables["connectors"]
    return any(c.authorized_id_tag == TAG for c in connectors)


def refusal(made: Rig) -> Any:
    connectors: Any = made.variables["connectors"]
    return next(c.last_refusal for c in connectors if c.last_refusal)


def explain(made: Rig, tag: str = TAG) -> TagExplanation:
    mind: Any = made.charger.mind
    found = mind.explain_tag(tag, made.now)
    assert isinstance(found, TagExplanation)
    return found


@pytest.mark.parametrize(
    ("listed", "cached", "expiry", "pre", "asks"),
    [
        # Known and Accepted: without Authorize only where LocalPreAuthorize allows it.
        ("Accepted", None, None, "true", False),
        (None, "Accepted", None, "true", False),
        ("Accepted", None, None, "false", True),
        (None, "Accepted", None, "false", True),
        ("Accepted", None, SOON, "true", False),
        # Expired by its date.
        ("Accepted", None, PAST, "true", True),
        (None, "Accepted", PAST, "true", True),
        # Known, but not Accepted: the CSMS may have changed its mind.
        *((status, None, None, "true", True) for status in BAD),
        *((None, status, None, "true", True) for status in BAD),
        # The list beats the cache, both ways.
        ("Blocked", "Accepted", None, "true", True),
        ("Accepted", "Blocked", None, "true", False),
        # Unknown.
        (None, None, None, "true", True),
        (None, None, None, "false", True),
    ],
)
def test_online_the_csms_is_asked_unless_the_tag_is_accepted_here(
    listed: str | None, cached: str | None, expiry: str | None, pre: str, asks: bool
) -> None:
    made = charger(listed=listed, cached=cached, expiry=expiry, LocalPreAuthorize=pre)
    found = explain(made)
    assert found.outcome is (TagOutcome.ASK if asks else TagOutcome.ACCEPTED)
    assert starts(made)
    assert made.calls("Authorize") == ([{"idTag": TAG}] if asks else [])


@pytest.mark.parametrize("status", BAD)
@pytest.mark.parametrize("listed", [None, "Accepted"])
def test_online_the_csms_has_the_last_word(status: str, listed: str | None) -> None:
    made = charger(listed=listed)
    made.responders["Authorize"] = lambda _: info(status)
    assert not starts(made)
    reason = refusal(made)
    assert reason.id == "authorization.csms.refused"
    assert reason.text == f"the CSMS answered {status} for {TAG}"
    assert (reason.values["by"], reason.values["tag"]) == ("the CSMS", TAG)


@pytest.mark.parametrize("allow", ["true", "false"])
def test_without_an_answer_the_offline_rules_decide(allow: str) -> None:
    made = charger(AllowOfflineTxForUnknownId=allow)
    made.responders["Authorize"] = lambda _: None
    expected = explain(made).outcome_without_answer
    starts(made)
    made.after(31)
    connectors: Any = made.variables["connectors"]
    assert any(c.authorized_id_tag == TAG for c in connectors) is (allow == "true")
    assert expected is (TagOutcome.ACCEPTED if allow == "true" else TagOutcome.REFUSED)


@pytest.mark.parametrize("answer", ["InternalError", "NotSupported", info("Nonsense"), {}])
@pytest.mark.parametrize("listed", ["Accepted", None])
def test_an_answer_that_decides_nothing_is_no_leave_for_the_offline_rules(
    answer: Any, listed: str | None
) -> None:
    """S 3.5.4: they are for a charge point that is offline."""
    keys = {"AllowOfflineTxForUnknownId": "true", "LocalPreAuthorize": "false"}
    made = charger(listed=listed, **keys)
    made.responders["Authorize"] = lambda _: answer
    assert not starts(made)
    made.after(60)
    assert not made.calls("StartTransaction")
    assert refusal(made).id.startswith("authorization.csms.")
    assert len(made.calls("Authorize")) == 1


@pytest.mark.parametrize("listed", ["Accepted", None])
def test_a_link_that_is_lost_meanwhile_lets_the_offline_rules_decide(listed: str | None) -> None:
    made = charger(listed=listed, AllowOfflineTxForUnknownId="true", LocalPreAuthorize="false")
    made.responders["Authorize"] = lambda _: None
    assert not starts(made)
    made.cut()
    connectors: Any = made.variables["connectors"]
    assert [c.authorized_id_tag for c in connectors].count(TAG) == 1


def expected_offline(
    listed: str | None, cached: str | None, local: str, unknown: str
) -> tuple[bool, str]:
    """Say it once more in the words of transactions.md: who may start, and the key that decides."""
    verdict = listed or cached
    if verdict is None:
        return unknown == "true", "AllowOfflineTxForUnknownId"
    if verdict != "Accepted":
        key = "LocalAuthListEnabled" if listed else "AuthorizationCacheEnabled"
        return False, key
    return local == "true", "LocalAuthorizeOffline"


STATUSES = (None, "Accepted", "Blocked")


@pytest.mark.parametrize(
    ("listed", "cached", "local", "unknown"),
    [*product(STATUSES, STATUSES, ("true", "false"), ("true", "false"))],
)
def test_offline_the_whole_table(
    listed: str | None, cached: str | None, local: str, unknown: str
) -> None:
    made = charger(
        listed=listed,
        cached=cached,
        LocalAuthorizeOffline=local,
        AllowOfflineTxForUnknownId=unknown,
    )
    made.cut()
    allowed, key = expected_offline(listed, cached, local, unknown)
    found = explain(made)
    assert found.outcome is (TagOutcome.ACCEPTED if allowed else TagOutcome.REFUSED)
    assert found.reason.values["key"] == key
    assert found.reason.values["tag"] == TAG
    assert found.reason.values["by"]
    assert starts(made) is allowed
    if not allowed:
        assert refusal(made) == found.reason
        assert key in refusal(made).text
        assert TAG in refusal(made).text


@pytest.mark.parametrize("where", ["listed", "cached"])
@pytest.mark.parametrize("status", BAD)
def test_offline_no_other_status_than_accepted_starts(where: str, status: str) -> None:
    made = charger(
        listed=status if where == "listed" else None,
        cached=status if where == "cached" else None,
        AllowOfflineTxForUnknownId="true",
    )
    made.cut()
    assert not starts(made)
    assert refusal(made).values["status"] == status
    words = "the local list" if where == "listed" else "the authorization cache"
    assert refusal(made).values["by"] == words


@pytest.mark.parametrize("where", ["listed", "cached"])
def test_offline_a_tag_expires_by_its_date(where: str) -> None:
    made = charger(
        listed="Accepted" if where == "listed" else None,
        cached="Accepted" if where == "cached" else None,
        expiry=SOON,
        AllowOfflineTxForUnknownId="true",
    )
    made.cut()
    assert starts(made)
    made.after(3600)
    assert explain(made).status is AuthorizationStatus.EXPIRED
    assert not starts(made)
    assert refusal(made).values["status"] == "Expired"


def test_offline_a_list_or_cache_that_is_switched_off_knows_nobody() -> None:
    made = charger(listed="Blocked", AllowOfflineTxForUnknownId="true")
    set_key(made, "LocalAuthListEnabled", "false")
    made.cut()
    assert explain(made).known_by is None
    assert starts(made)
    made = charger(cached="Blocked", AllowOfflineTxForUnknownId="true")
    set_key(made, "AuthorizationCacheEnabled", "false")
    made.cut()
    assert explain(made).known_by is None
    assert starts(made)


def test_while_the_csms_has_not_accepted_the_charge_point_the_offline_rules_count() -> None:
    made = rig(boot=False, keys={"AllowOfflineTxForUnknownId": "false"})
    answer = {"status": "Pending", "currentTime": "2026-01-05T08:00:00Z", "interval": 600}
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    assert not starts(made)
    assert refusal(made).values["key"] == "AllowOfflineTxForUnknownId"
    assert refusal(made).values["why"] == "the CSMS has not accepted this charge point yet"


def cache(made: Rig) -> AuthorizationCacheView:
    value = made.variables["authorization_cache"]
    assert isinstance(value, AuthorizationCacheView)
    return value


def test_the_cache_holds_good_and_bad_tags_with_the_newest_info() -> None:
    made = charger()
    for status in ("Accepted", "Blocked"):
        made.responders["Authorize"] = partial(lambda answer, _: answer, info(status))
        made.act("swipe", id_tag=f"TAG-{status}")
    assert [(e.id_tag, e.status) for e in cache(made).entries] == [
        ("TAG-Accepted", "Accepted"),
        ("TAG-Blocked", "Blocked"),
    ]
    made.act("swipe", id_tag="tag-accepted")
    made.after(1)
    made.act("swipe", id_tag="TAG-ACCEPTED")
    newest = cache(made).entries[0]
    assert (newest.id_tag, newest.status) == ("TAG-ACCEPTED", "Blocked")
    assert cache(made).count == 2


def test_a_tag_of_the_list_is_never_cached() -> None:
    made = charger(cached="Accepted")
    assert cache(made).count == 1
    send(made, 1, "Full", [entry(TAG.lower())])
    assert cache(made).count == 0
    made.act("swipe", id_tag=TAG)
    assert made.calls("Authorize") == [{"idTag": TAG}]
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")
    assert cache(made).count == 0


def test_a_cache_that_is_switched_off_is_not_filled_and_keeps_what_it_has() -> None:
    made = charger(cached="Accepted")
    set_key(made, "AuthorizationCacheEnabled", "false")
    assert cache(made).is_enabled is False
    made.act("swipe", id_tag="OTHER")
    assert cache(made).count == 1
    assert made.request("ClearCache")[2] == {"status": "Rejected"}
    set_key(made, "AuthorizationCacheEnabled", "true")
    assert made.request("ClearCache")[2] == {"status": "Accepted"}
    assert cache(made).count == 0


def test_the_cache_survives_a_power_loss() -> None:
    made = charger(cached="Accepted")
    before = cache(made)
    made.power_cycle()
    assert cache(made) == before


@pytest.mark.slow
def test_a_full_cache_throws_out_refused_tags_first_and_then_the_oldest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count_max = tier(40, deep=CACHE_MAX)
    monkeypatch.setattr(authorization_cache, "CACHE_MAX", count_max)
    made = charger()
    made.responders["Authorize"] = lambda p: info("Blocked" if p["idTag"] == "BAD" else "Accepted")
    mind: Any = made.charger.mind

    def learn(tag: str) -> None:
        made.now += timedelta(seconds=1)
        made.act("swipe", id_tag=tag)
        made.act("swipe", id_tag=tag)

    learn("OLDEST")
    learn("BAD")
    for number in range(count_max - 2):
        learn(f"T{number}")
    assert cache(made).count == count_max
    learn("NEW1")
    assert explain(made, "BAD").known_by is None
    assert explain(made, "OLDEST").known_by is not None
    learn("NEW2")
    assert explain(made, "OLDEST").known_by is None
    assert cache(made).count == count_max
    assert mind.explain_tag("T0", made.now).known_by is not None


def warnings(made: Rig) -> list[tuple[str, str]]:
    found = [p for p in made.calls("StatusNotification") if p["connectorId"] == 0]
    return [(p["status"], p["errorCode"]) for p in found]


CONFLICT = ("Available", "LocalListConflict")
NO_CONFLICT = ("Available", "NoError")


@pytest.mark.parametrize(
    ("listed", "said", "is_conflict"),
    [
        ("Accepted", "Accepted", False),
        ("Accepted", "Blocked", True),
        ("Accepted", "Expired", True),
        ("Accepted", "Invalid", True),
        # A valid card that is in use is valid all the same (S 3.5.2).
        ("Accepted", "ConcurrentTx", False),
        ("ConcurrentTx", "Accepted", False),
        ("Blocked", "Accepted", True),
        ("Blocked", "Invalid", False),
    ],
)
def test_a_contradiction_of_the_list_is_told(listed: str, said: str, is_conflict: bool) -> None:
    made = charger(listed=listed)
    made.responders["Authorize"] = lambda _: info(said)
    starts(made)
    assert warnings(made) == ([CONFLICT] if is_conflict else [])
    if is_conflict:
        notified = made.calls("StatusNotification")
        told = next(p for p in notified if p["connectorId"] == 0)
        assert told["info"] == f"{TAG}: list {listed}, CSMS {said}"
    assert explain(made).status == listed


def test_a_contradiction_in_start_transaction_is_told_too() -> None:
    made = charger(listed="Accepted", LocalPreAuthorize="true")
    made.responders["StartTransaction"] = lambda _: {"transactionId": 9, **info("Blocked")}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    assert not made.calls("Authorize")
    assert warnings(made) == [CONFLICT]
    assert made.calls("StopTransaction")[0]["reason"] == "DeAuthorized"


@pytest.mark.parametrize("way", ["full", "differential", "deleted", "agrees", "disabled", "reboot"])
def test_the_warning_goes_away_once_the_contradiction_does(way: str) -> None:
    made = charger(listed="Accepted")
    made.responders["Authorize"] = lambda _: info("Blocked")
    starts(made)
    assert warnings(made) == [CONFLICT]
    send(made, 2, "Differential", [entry("SOMEBODY ELSE")])
    assert warnings(made) == [CONFLICT]
    match way:
        case "full":
            send(made, 3, "Full", [entry("X")])
        case "differential":
            send(made, 3, "Differential", [entry(TAG, "Invalid")])
        case "deleted":
            send(made, 3, "Differential", [{"idTag": TAG}])
        case "agrees":
            del made.responders["Authorize"]
            starts(made)
        case "disabled":
            set_key(made, "LocalAuthListEnabled", "false")
        case "reboot":
            made.power_cycle()
    assert warnings(made) == [CONFLICT, NO_CONFLICT]


def test_two_contradictions_are_settled_one_by_one() -> None:
    made = rig()
    send(made, 1, "Full", [entry("A"), entry("B")])
    made.responders["Authorize"] = lambda _: info("Invalid")
    made.act("swipe", id_tag="A")
    made.act("swipe", id_tag="B")
    infos = [p.get("info") for p in made.calls("StatusNotification")]
    assert infos == ["A: list Accepted, CSMS Invalid", "B: list Accepted, CSMS Invalid"]
    send(made, 2, "Differential", [{"idTag": "B"}])
    assert made.calls("StatusNotification")[-1]["info"] == "A: list Accepted, CSMS Invalid"
    send(made, 3, "Differential", [{"idTag": "A"}])
    assert made.calls("StatusNotification")[-1]["errorCode"] == "NoError"


@pytest.mark.parametrize("offline_key", ["true", "false"])
@pytest.mark.parametrize("pre_key", ["true", "false"])
def test_while_connected_a_tag_is_explained_for_a_lost_link_as_well(
    pre_key: str, offline_key: str
) -> None:
    made = charger(listed="Accepted", LocalPreAuthorize=pre_key, LocalAuthorizeOffline=offline_key)
    told = explain(made).outcome_without_answer
    made.cut()
    assert explain(made).outcome is told
    assert explain(made).outcome_without_answer is None
    assert told is (TagOutcome.ACCEPTED if offline_key == "true" else TagOutcome.REFUSED)


def test_looking_a_tag_up_changes_and_sends_nothing() -> None:
    made = charger(listed="Blocked", cached="Accepted")
    found = explain(made)
    assert found.known_by == "the local list"
    assert found.status is AuthorizationStatus.BLOCKED
    assert found.outcome is TagOutcome.ASK
    assert found.reason.text == f"the local list says Blocked for {TAG}, which may have changed"
    assert found.reason_without_answer is not None
    assert found.reason_without_answer.text == (
        f"the CSMS gives no answer; the local list says Blocked for {TAG} and counts because "
        "LocalAuthListEnabled is true"
    )
    assert made.sent == []
    assert found == decode(TagExplanation, encode(found).decode())


def test_while_stopped_a_tag_is_refused_by_the_operator() -> None:
    made = charger(listed="Accepted")
    made.command(Stop)
    assert not starts(made)
    assert refusal(made).text == "OCPP is stopped by the operator"
    assert explain(made).outcome is TagOutcome.REFUSED
    assert explain(made).reason == refusal(made)


def explain_at(made: Rig, connector_id: int) -> TagExplanation:
    found = made.charger.mind.explain_tag(TAG, made.now, connector_id)
    assert found.connector_id == connector_id
    return found


def test_the_explanation_for_one_connector_says_what_is_against_every_tag_there() -> None:
    made = charger(listed="Accepted", LocalAuthListEnabled="true")
    fault(made, 1)
    obstacle = explain_at(made, 1).obstacle
    assert obstacle is not None
    assert obstacle.text == "connector 1 is Faulted"
    assert explain_at(made, 2).obstacle is None
    assert explain(made).obstacle is None
    assert not made.sent[1:]


def test_the_explanation_for_one_connector_leaves_the_reservations_of_others_out() -> None:
    made = charger()
    reserve(made, 2, tag="SOMEBODY")
    assert explain_at(made, 1).kept_from_it == ()
    (kept,) = explain_at(made, 2).kept_from_it
    assert kept == explain(made).kept_from_it[0]
    assert explain_at(made, 2).obstacle is None
