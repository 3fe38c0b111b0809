"""Whatever a charge point or its CSMS puts into a field, what it comes to can be told."""

from __future__ import annotations

from msgspec import UNSET

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.smart_charging.composite import whole
from cp_tui.charge_point.variables import VARIABLES
from cp_tui.follow.follower import Follower
from cp_tui.follow.relevance import Relevance
from tests.explain.talk import Talk
from tests.explain.test_charging import booted, is_set, profile, told

LONG = "K" * 80


def followed(talk: Talk) -> Follower:
    """Have it followed; whatever is shown of it can be told."""
    follower = Follower("CP-1")
    for record in talk.records:
        follower.take(record)
        views = [follower.view(name, talk.now) for name in VARIABLES]
        assert all(encode(each) for each in views if each is not UNSET)
    return follower


def test_a_key_that_nobody_may_name_so_is_shown_as_it_was_told() -> None:
    talk = booted({LONG: "1", "Foo\x1b[2J": "2", "": "3"})
    talk.ask("ChangeConfiguration", {"key": LONG, "value": "4"}, {"status": "Accepted"})
    entries = {each.key: each for each in followed(talk).view("configuration", talk.now)}
    assert (entries[LONG].value, entries[LONG].type) == ("4", "string")
    assert {"", LONG, "Foo?[2J"} <= {*entries}


def test_a_connector_beyond_the_number_that_is_told_has_a_schedule_too() -> None:
    talk = booted({"NumberOfConnectors": "1"}, is_cleared=True)
    is_set(talk, profile((0, 10)), connector=0)
    talk.started(connector=2)
    values = [{"value": "32", "measurand": "Current.Import", "unit": "A"}]
    sampled = [{"timestamp": talk.time, "sampledValue": values}]
    payload = {"connectorId": 2, "transactionId": 7, "meterValue": sampled}
    talk.tell("MeterValues", payload)
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}]}
    answer = {"scheduleStart": talk.time, "chargingSchedule": schedule, "connectorId": 2}
    asked = {"connectorId": 2, "duration": 600}
    talk.ask("GetCompositeSchedule", asked, {"status": "Accepted"} | answer)
    talk.found()
    periods = whole(followed(talk).composing(2, 600, None, None, talk.now)).periods
    assert [each.limit for each in periods] == [10]


def test_of_a_profile_without_a_period_nothing_is_known() -> None:
    talk = booted(is_cleared=True)
    is_set(talk, profile((0, 10)))
    empty = profile((0, 10), chargingProfileId=2, stackLevel=1)
    empty["chargingSchedule"]["chargingSchedulePeriod"] = []
    is_set(talk, empty)
    told(talk, (0, 20))
    assert talk.found() == ["profile.wrongly_accepted"]
    assert len(followed(talk).view("profiles", talk.now)) == 1


def test_a_profile_with_two_faults_is_left_out_once() -> None:
    talk = booted()
    is_set(talk, profile((0, 1e400), chargingProfileKind=-3.5))
    assert {"schema.wrong_type", "schema.not_in_enum"} & {*talk.found()}
    assert followed(talk).view("profiles", talk.now) == ()


def test_of_what_is_no_text_few_records_say_as_much_as_all() -> None:
    """A key press goes by few of them: it must not end the reading of the log."""
    talk = booted()
    talk.ask("ChangeConfiguration", {"key": "A", "value": "1"}, {"status": []})
    talk.tell("StatusNotification", {"connectorId": 1, "status": {}, "errorCode": ["NoError"]})
    talk.ask("ChangeAvailability", {"connectorId": [], "type": "Operative"}, {"status": {}})
    relevance = Relevance()
    for record in talk.records:
        relevance.note(record)
    numbers = relevance.numbers(len(talk.records))
    few = Follower("CP-1")
    for number in numbers:
        few.learn(talk.records[number - 1])
    whole = followed(talk)
    for name in ("connectors", "configuration", "registration"):
        assert few.view(name, talk.now) == whole.view(name, talk.now), name
