"""A screen under test costs what it does, and not what the clock or an unseen picture takes.

Every pilot waits by what happens in the event loop, paints nothing that nobody looks at, and reads
a style sheet once and not once for every app; what its rules give to a kind of node is known from
then on (known_styles.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import textual.app
import textual.css.stylesheet
import textual.pilot
from rich.segment import Segment
from textual._compositor import Compositor
from textual._context import active_app
from textual.cache import FIFOCache
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.styles import RenderStyles
from textual.css.tokenize import tokenize_values
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.reactive import Reactive
from textual.strip import Strip

from tests.tui.known_styles import KnownStyles

TURNS_MAX = 20_000
"""Turns of the loop in which something is always left to do: far more than any screen takes."""

paint = Compositor.render_update
"""What Textual does for a terminal; for tests of what is sent."""


async def quiet() -> None:
    """Let the loop turn until nothing is left to do: no message, no callback, nothing to lay out.

    Textual's pilot sleeps until the process seems idle, which takes at least 20 ms and needs an
    idle machine. Nothing public tells that a loop has nothing to do; `_ready` is what it turns on.
    """
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    is_looked_at = False
    for _turn in range(TURNS_MAX):
        await asyncio.sleep(0)
        if ready:
            is_looked_at = False
        elif is_looked_at:
            return
        else:
            _bring_up_to_date()
            is_looked_at = True
    raise TimeoutError("the screen does not come to rest")


def let_time_pass(seconds: float) -> None:
    """Bring nearer by so much whatever waits for a time: no test sleeps.

    All moves by the same, so what comes first stays first; nothing public tells what waits.
    """
    for waiting in asyncio.get_running_loop()._scheduled:  # type: ignore[attr-defined]
        waiting._when -= seconds


def _bring_up_to_date() -> None:
    """Do what the app and each screen, covered or not, would do at their next sixtieth second."""
    app = active_app.get(None)
    if app is None or not app.is_running:
        return
    if app._resize_event is not None:
        app._check_resize()
    for screen in app._screen_stack:
        if screen.is_running and screen._update_timer._active.is_set():
            screen._on_timer_update()


async def _wait_for_idle(min_sleep: float = 0, max_sleep: float = 0) -> None:
    await quiet()


async def _wait_for_screen(pilot: Pilot[Any], timeout: float = 0) -> bool:
    await quiet()
    return pilot.app._exception is None


def _paint_nothing(compositor: Compositor, *, full: bool = False, **how: Any) -> object:
    """Without a terminal the lines would be thrown away; who looks at them renders them."""
    if full:
        return paint(compositor, full=True, **how)
    compositor._dirty_regions.clear()
    return None


STRIP_CACHES = {
    **{name: 4 for name in ("divide", "filter", "line_length", "crop_extend", "offsets")},
    **{name: 16 for name in ("crop", "style")},
}
"""The caches that Textual makes for every strip; how many entries each may have."""


def _make_strip(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    """Make a strip without its seven caches: most of a picture's strips never use one."""
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = strip._link_ids = strip._cell_count = None


def _make_cache(strip: Strip, name: str) -> FIFOCache[Any, Any]:
    """Make a cache of a strip when it is asked for first."""
    size = STRIP_CACHES.get(name.removeprefix("_").removesuffix("_cache"))
    if size is None:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(strip, name, cache)
    return cache


class _StyleSheets:
    """What became of the text of every style sheet, for each set of colours."""

    def __init__(self) -> None:
        self._tokens: dict[frozenset[tuple[str, str]], Any] = {}
        self._rules: dict[tuple[object, ...], list[RuleSet]] = {}
        self._tokenize = tokenize_values
        self._parse = parse

    def tokens(self, values: dict[str, str]) -> Any:
        """The colours as tokens: always the same object for the same colours."""
        key = frozenset(values.items())
        if key not in self._tokens:
            self._tokens[key] = self._tokenize(values)
        return self._tokens[key]

    def rules(
        self, scope: str, css: str, read_from: object, variable_tokens: Any, **how: Any
    ) -> Iterable[RuleSet]:
        """The rules of a style sheet."""
        key = (id(variable_tokens), scope, css, read_from, *sorted(how.items()))
        if key not in self._rules:
            found = self._parse(scope, css, read_from, variable_tokens=variable_tokens, **how)  # type: ignore[arg-type]
            self._rules[key] = list(found)
        return self._rules[key]


class _Handlers:
    """What handles a message, found once for each class of receivers.

    Textual goes through all bases of the receiver for every message. A handler that is declared
    with `on` may depend on the sender: where a class has one, Textual itself looks for it.
    """

    def __init__(self) -> None:
        self._find = MessagePump._get_dispatch_methods
        self._named: dict[tuple[type, str, type], list[tuple[type, Any]] | None] = {}

    def find(self, pump: MessagePump, name: str, message: Message) -> Iterable[tuple[type, Any]]:
        """The handlers, as long as the message is not to be handled no more."""
        key = type(pump), name, type(message)
        if key not in self._named:
            self._named[key] = self._named_handlers(*key)
        named = self._named[key]
        if named is None:
            yield from self._find(pump, name, message)
            return
        for cls, method in named:
            if message._no_default_action:
                return
            yield cls, method.__get__(pump, cls)

    def _named_handlers(
        self, pump: type, name: str, message: type
    ) -> list[tuple[type, Any]] | None:
        """Those that are found by their names; None: there are others."""
        kinds = [kind for cls in pump.__mro__ for kind in vars(cls).get("_decorated_handlers", ())]
        if any(issubclass(message, kind) for kind in kinds):
            return None
        found = [(cls, vars(cls).get(f"_{name}") or vars(cls).get(name)) for cls in pump.__mro__]
        return [
            (cls, method) for cls, method in found if method and not hasattr(method, "_textual_on")
        ]


def _value_of_reactives() -> Callable[[Reactive[Any], Any, type], Any]:
    """Look up what a reactive attribute holds as what it nearly always is: a plain value.

    Textual asks each time whether the node is whole, has the value yet, and has it worked out anew.
    """
    find = Reactive.__get__
    plain: set[tuple[type, str]] = set()
    """The attributes that no method of the class works out."""

    def value(reactive: Reactive[Any], node: Any, cls: type) -> Any:
        if node is not None:
            key = cls, reactive.compute_name
            if key in plain:
                found = node.__dict__.get(reactive.internal_name, plain)
                if found is not plain:
                    return found
            elif not hasattr(cls, reactive.compute_name):
                plain.add(key)
        return find(reactive, node, cls)

    return value


def _get_rule(styles: RenderStyles, name: str, default: object = None) -> object:
    """Give a rule of those that are set in line, else of those of the style sheet."""
    inline = styles._inline_styles._rules
    return inline[name] if name in inline else styles._base_styles._rules.get(name, default)  # type: ignore[literal-required]


def be_frugal(patch: pytest.MonkeyPatch) -> None:
    """From now on every app under test runs so."""
    patch.setattr(textual.app, "wait_for_idle", _wait_for_idle)
    patch.setattr(textual.pilot, "wait_for_idle", _wait_for_idle)
    patch.setattr(Pilot, "_wait_for_screen", _wait_for_screen)
    patch.setattr(Compositor, "render_update", _paint_nothing)
    for target, name, value in known():
        patch.setattr(target, name, value, raising=False)


def known() -> Iterable[tuple[Any, str, object]]:
    """What, put in place of Textual's own, finds nothing twice: the owner, the name, what it is."""
    handlers, sheets = _Handlers(), _StyleSheets()
    return (
        (Strip, "__init__", _make_strip),
        (Strip, "__getattr__", _make_cache),
        (MessagePump, "_get_dispatch_methods", lambda *call: handlers.find(*call)),
        (Reactive, "__get__", _value_of_reactives()),
        (RenderStyles, "get_rule", _get_rule),
        (textual.css.stylesheet, "tokenize_values", sheets.tokens),
        (textual.css.stylesheet, "parse", sheets.rules),
        (textual.app, "Stylesheet", KnownStyles),
    )
