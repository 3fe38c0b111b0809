"""Rules of the local list, each found and silent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.explain.talk import Talk

INFO = {"status": "Accepted"}


def sent(
    talk: Talk, version: int = 3, *tags: str, how: str = "Differential", answer: str = "Accepted"
) -> None:
    entries = [{"idTag": tag, "idTagInfo": INFO} for tag in tags]
    payload: dict[str, Any] = {"listVersion": version, "updateType": how}
    talk.ask("SendLocalList", payload | {"localAuthorizationList": entries}, {"status": answer})


def version(talk: Talk, told: int) -> None:
    talk.ask("GetLocalListVersion", {}, {"listVersion": told})


def test_the_version_only_rises_and_is_told_as_it_is() -> None:
    talk = Talk()
    sent(talk, 3, "A", how="Full")
    version(talk, 3)
    sent(talk, 4, "B")
    sent(talk, 4, "C", answer="VersionMismatch")
    version(talk, 4)
    assert talk.noted() == []
    sent(talk, 4, "D")
    assert talk.only("list.version_not_higher").at_fault == "charger"
    talk = Talk()
    sent(talk, 3, "A", how="Full")
    version(talk, 2)
    assert talk.only("list.version_wrong").frames[0].number == 4


def test_an_empty_list_has_version_0_and_an_unknown_one_any() -> None:
    talk = Talk()
    sent(talk, 3, how="Full")
    version(talk, 0)
    assert talk.noted() == []
    talk = Talk()
    sent(talk, 3, "A", answer="VersionMismatch")
    version(talk, 17)
    assert talk.noted() == []


@pytest.mark.parametrize("number", [0, -1])
def test_a_version_of_no_list_is_sent_by_nobody(number: int) -> None:
    talk = Talk()
    sent(talk, number, "A", how="Full", answer="Failed")
    assert talk.only("list.version_illegal").at_fault == "csms"


def test_a_tag_stands_once() -> None:
    talk = Talk()
    sent(talk, 1, "tag", "TAG", answer="Failed")
    assert talk.only("list.duplicate_tags").at_fault == "csms"
    talk = Talk()
    sent(talk, 1, "tag", "TAG", "other")
    assert {each.at_fault for each in talk.findings()} == {"csms", "charger"}


def test_more_entries_than_the_charge_point_takes() -> None:
    talk = Talk()
    sent(talk, 1, "A", "B", "C")
    assert talk.noted() == []
    key = {"key": "SendLocalListMaxLength", "readonly": True, "value": "2"}
    talk.ask("GetConfiguration", {"key": ["SendLocalListMaxLength"]}, {"configurationKey": [key]})
    sent(talk, 2, "A", "B")
    sent(talk, 3, "A", "B", "C")
    assert "list.too_long" in talk.found()
    assert len(talk.findings()) == 1


def test_a_full_list_says_of_each_tag_what_it_is() -> None:
    talk = Talk()
    for how in ("Differential", "Full"):
        bare = {"listVersion": 5, "updateType": how, "localAuthorizationList": [{"idTag": "A"}]}
        talk.ask("SendLocalList", bare, {"status": "Failed"})
    assert talk.only("list.full_without_info").frames[0].number == 3
