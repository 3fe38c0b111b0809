"""Whether a tag may charge: what is known here, else Authorize (S 3.4, S 3.5, S 4.1).

The table of decisions is in `authorization_rules`; here the facts are gathered and the CSMS asked.

Who answers is not offline. Silence lets the rules for offline decide, for nobody is there; a
CALLERROR does not, for somebody is there and has not said Accepted. To let a tag in because the
CSMS failed to handle the question would open every charge point of a CSMS with a bug (S 3.5.4).
"""

from __future__ import annotations

from collections.abc import Callable

from cp_tui.charge_point.authorization_cache import AuthorizationCache
from cp_tui.charge_point.authorization_rules import (
    AskCsms,
    KnownBy,
    KnownTag,
    Rules,
    TagVerdict,
    csms_verdict,
    decide_offline,
    decide_online,
    group_of,
    status_now,
    unusable_verdict,
)
from cp_tui.charge_point.calls import CallFailure, Calls, FailureKind, Outgoing
from cp_tui.charge_point.local_list import LocalList
from cp_tui.charge_point.local_list_conflict import LocalListConflicts
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.core import AuthorizeRequest, AuthorizeResponse
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo
from cp_tui.ocpp.model import WireModel


class Authorization:
    """Decides on tags, and learns what the CSMS says about them."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        local_list: LocalList,
        cache: AuthorizationCache,
        conflicts: LocalListConflicts,
        *,
        rules: Callable[[], Rules],
        why_offline: Callable[[], str | None],
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._local_list = local_list
        self._cache = cache
        self._conflicts = conflicts
        self._rules = rules
        self._why_offline = why_offline

    def authorize(self, id_tag: str, decide: Callable[[TagVerdict], None]) -> None:
        """Decide on a tag that wants to start: `decide` is called now or after Authorize.conf."""
        found = self.decide(id_tag)
        if isinstance(found, TagVerdict):
            decide(found)
        else:
            self._ask(id_tag, decide)

    def decide(self, id_tag: str) -> TagVerdict | AskCsms:
        """Decide on a tag by what is known here, or say why the CSMS has to be asked."""
        offline = self._why_offline()
        if offline is not None:
            return self.decide_without_csms(id_tag, offline)
        return decide_online(id_tag, self.known(id_tag), self._rules())

    @property
    def is_online(self) -> bool:
        """Whether the CSMS can be asked now."""
        return self._why_offline() is None

    def decide_without_csms(self, id_tag: str, why: str) -> TagVerdict:
        """Decide on a tag by the rules for offline; `why` says why the CSMS gives no answer."""
        return decide_offline(id_tag, self.known(id_tag), self._rules(), why)

    def known(self, id_tag: str) -> KnownTag | None:
        """Look a tag up: the local list beats the cache (S 3.5.3)."""
        by, tag = KnownBy.LOCAL_LIST, self._local_list.get(id_tag)
        if tag is None:
            by, tag = KnownBy.CACHE, self._cache.get(id_tag)
        if tag is None:
            return None
        return KnownTag(by, tag, status_now(tag, self._turn.time))

    def parent_of(self, id_tag: str) -> str | None:
        """Give the group of a tag, as far as it is known here (S 5.13)."""
        known = self.known(id_tag)
        return known.parent_id_tag if known else None

    def learn(self, id_tag: str, info: IdTagInfo) -> None:
        """Take what the CSMS says about a tag: into the cache, or compared with the local list."""
        if not info.is_said:
            return
        listed = self._listed_status(id_tag)
        if listed is None:
            self._cache.learn(id_tag, info)
            return
        # A tag of the list is not put into the cache, and only SendLocalList changes the list.
        self._cache.forget(id_tag)
        self._conflicts.compare(id_tag, listed, info.status)

    def list_changed(self) -> None:
        """Follow a new local list, or one that was switched on or off."""
        for tag in self._cache.tags():
            if self._local_list.get(tag) is not None:
                self._cache.forget(tag)
        self._conflicts.recheck(self._listed_status)

    def _listed_status(self, id_tag: str) -> AuthorizationStatus | None:
        tag = self._local_list.get(id_tag)
        return status_now(tag, self._turn.time) if tag else None

    def _ask(self, id_tag: str, decide: Callable[[TagVerdict], None]) -> None:
        """Ask the CSMS; only its silence lets the rules for offline decide (S 3.5.4)."""

        def answered(response: WireModel) -> None:
            assert isinstance(response, AuthorizeResponse)
            info = response.id_tag_info
            self.learn(id_tag, info)
            if info.status is not AuthorizationStatus.ACCEPTED:
                self._turn.watcher.tag_refused(id_tag, info.status)
            listed = self._local_list.get(id_tag)
            parent = group_of(info) or (listed.parent_id_tag if listed else None)
            decide(csms_verdict(id_tag, info, parent))

        def failed(failure: CallFailure) -> None:
            if failure.kind is FailureKind.CALL_ERROR:
                decide(unusable_verdict(id_tag, failure.text))
            else:
                decide(self.decide_without_csms(id_tag, failure.text))

        self._calls.call(Outgoing(AuthorizeRequest(id_tag=id_tag), answered, failed))
