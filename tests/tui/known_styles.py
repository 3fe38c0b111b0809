"""A style sheet that looks for the rules of a kind of node once, not for each node of every app.

Textual goes through all rules whenever a node appears, the focus moves, or a class comes or goes:
for the node, what is in it, and each of its parts with a style of its own ("component classes").
That takes a fifth of the time of a screen under test. Hundreds of screens have the same nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from textual.app import App
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget

Kind = tuple[tuple[object, ...], ...]
"""What rules are chosen by: of a node and of all that it is in, from the inside to the outside."""


class Found(NamedTuple):
    """What Textual found for a kind."""

    rules: RulesMap
    own: RulesMap
    """The rules as a node has them that was given them."""
    has_hover_style: bool
    has_focus_within: bool
    has_order_style: bool
    has_odd_or_even: bool


class KnownStyles(Stylesheet):
    """Textual's style sheet, with a memory for all apps of this process."""

    _of_all: ClassVar[dict[tuple[int, ...], dict[Kind, Found]]] = {}
    """By the rules that may hold for a node: those of the same text are the same objects, see
    quiet.py. A sheet grows with what its app has shown; what is not for a node changes nothing."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._found: dict[tuple[object, ...], dict[Kind, Found]] = {}
        """By class, id and classes of a node."""
        self._found_in: Mapping[str, object] | None = None
        self._parts: WeakKeyDictionary[DOMNode, list[Found | None]] = WeakKeyDictionary()

    def apply(
        self, node: DOMNode, *, animate: bool = False, cache: dict[Any, RulesMap] | None = None
    ) -> None:
        """Give a node its styles."""
        kind = self._kind(node)
        if kind is None:
            self._parts.pop(node, None)
            super().apply(node, animate=animate, cache=cache)
        elif (found := self._known(kind)) is not None:
            node._has_hover_style = found.has_hover_style
            node._has_focus_within = found.has_focus_within
            node._has_order_style = found.has_order_style
            node._has_odd_or_even = found.has_odd_or_even
            if type(node) is DOMNode:
                # A part, which is new and shown nowhere: its rules need not be set one by one.
                node.styles.base._rules.update(found.own)
                node.styles.base._updates += 1
            else:
                self._style(node, found, animate)
                self._style_parts(node, kind)
        else:
            # Empty, so that it is filled where Textual itself finds that nodes of a kind are alike.
            learnt: dict[Any, RulesMap] = {}
            self._parts.pop(node, None)
            super().apply(node, animate=animate, cache=learnt)
            for rules in learnt.values():
                self._found[kind[0][:3]][kind] = Found(
                    rules,
                    node.styles.base._rules.copy(),
                    node._has_hover_style,
                    node._has_focus_within,
                    node._has_order_style,
                    node._has_odd_or_even,
                )

    def _style(self, node: DOMNode, found: Found, animate: bool) -> None:
        """Give a node the rules of its kind: one by one, where something follows from them."""
        base = node.styles.base
        if not base._rules:
            # It is new: nothing of it is shown that would be painted anew.
            base._rules.update(found.own)
            base._updates += 1
        elif base._rules != found.own:
            self.replace_rules(node, found.rules, animate=animate)
            return
        elif animate:
            # There is nothing to animate, and Textual tells nobody.
            return
        node.notify_style_update()

    def _style_parts(self, node: DOMNode, kind: Kind) -> None:
        """Give the parts of a node their styles, unless they have them."""
        names = sorted(node._get_component_classes())
        found = [self._known((_of_part(name), *kind)) for name in names]
        if names and (None in found or self._parts.get(node) != found):
            self._process_component_classes(node)
            self._parts[node] = [self._known((_of_part(name), *kind)) for name in names]

    def _known(self, kind: Kind) -> Found | None:
        """Give what was found for a kind, under the same rules."""
        what = kind[0][:3]
        if what not in self._found:
            self._found[what] = self._of_all.setdefault(self._rules_for(what), {})
        return self._found[what].get(kind)

    def _rules_for(self, what: tuple[Any, ...]) -> tuple[int, ...]:
        """The rules that Textual tries for a node, in their order: one of its names is in them."""
        cls, name, classes = what
        types = (each.__name__ for each in cls._css_bases(cls))
        names = {"*", *types, *(f".{each}" for each in classes), f"#{name}"}
        rules = {
            id(rule) for name in self.rules_map.keys() & names for rule in self.rules_map[name]
        }
        return tuple(each for each in map(id, self.rules) if each in rules)

    def _kind(self, node: DOMNode) -> Kind | None:
        """Tell of what kind a node is; None: the rules may depend on something else."""
        if self._found_in is not self.rules_map:
            self._found_in = self.rules_map
            self._found = {}
        kind: list[tuple[object, ...]] = []
        each: object = node
        while isinstance(each, DOMNode):
            if isinstance(each, Widget):
                if each.disabled:
                    return None
                kind.append((type(each), each._id, each.classes, each.has_focus, each.mouse_hover))
            elif isinstance(each, App):
                kind.append((type(each), each._id, each.classes, each.pseudo_classes))
            else:
                kind.append((type(each), each._id, each.classes))
            each = each._parent
        return tuple(kind)


def _of_part(name: str) -> tuple[object, ...]:
    return DOMNode, None, frozenset((name,))
