"""How a form becomes a command: its parameters complete the fields, and the texts become values.

Kinds, limits and choices stand in the table of commands alone; a form adds words for people. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace
from pydantic import BaseModel, JsonValue, ValidationError

from cp_tui.engine.command import VALUE_SHOWN_MAX
from cp_tui.engine.value_words import COUNTED_MAX, bounds
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Desk, Form, FormField, Job
from cp_tui.tui.actions.model_form import FieldKind, ModelField, model_fields, value_of
from cp_tui.tui.text.parameters import label_of, unit_of
from cp_tui.tui.text.paths import UnusableInput

DIGITS_MAX = 30
"""Of a number before its point; one with more is refused before it takes time."""

OPTIONAL_CHOICE = "optional; space: choices"
"""Stands in an empty field, which is how people learn that there is something to walk over."""


def parameters(method: str, *, is_csms: bool = False) -> Mapping[str, ModelField]:
    """The parameters of a command, by name."""
    return _fields_of(CommandCall(method, is_for_csms=is_csms))


def _fields_of(call: CommandCall) -> Mapping[str, ModelField]:
    return {field.name: field for field in model_fields(call.command.params)}


def completed(form: Form, remembered: Callable[[str], Sequence[str]]) -> Form:
    """The same form with what the command knows of its fields, and what was typed in them before.

    `remembered` gives the texts by the name of where they are kept, newest first.
    """
    call = form.call
    known = _fields_of(call) if isinstance(call, CommandCall) else {}
    fields = [_completed(each, known.get(each.name), remembered) for each in form.fields]
    return replace(form, fields=tuple(fields))


def _completed(
    field: FormField, known: ModelField | None, remembered: Callable[[str], Sequence[str]]
) -> FormField:
    recent = field.recent
    if field.keep:
        texts = (field.value, *remembered(field.keep), *field.recent)
        recent = tuple(dict.fromkeys(text for text in texts if text))
    is_optional = known is not None and not known.is_required
    choices = field.choices or (known.choices if known is not None else ())
    optional = OPTIONAL_CHOICE if choices else "optional"
    return replace(
        field,
        label=field.label or label_of(field.name),
        value=next(iter(recent), "") if field.value is None else field.value,
        recent=recent,
        choices=choices,
        unit=field.unit or unit_of(field.name)[0],
        placeholder=field.placeholder or (optional if is_optional else ""),
    )


def result_of(form: Form, texts: Mapping[str, str]) -> CommandCall | Job:
    """What the texts of a completed form lead to; raises `UnusableInput`."""
    chosen = {field.name: field.chosen(texts[field.name]) for field in form.fields}
    if not isinstance(form.call, CommandCall):
        return form.call(chosen)
    call = filled(form.call, form.fields, chosen)
    form.check(chosen)
    return call


def filled(call: CommandCall, fields: Sequence[FormField], texts: Mapping[str, str]) -> CommandCall:
    """Add what was typed to a call, where the command takes it; raises `UnusableInput`."""
    labels = {field.name: field.label for field in fields}
    return replace(call, params=values_of(call.command.params, texts, labels, call.params))


def values_of(
    model: type[BaseModel],
    texts: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    given: Mapping[str, JsonValue] | None = None,
) -> dict[str, JsonValue]:
    """What a model takes: what is given, and what was typed; what is empty is left out.

    Raises `UnusableInput`, which tells by its label which of the texts the model does not take.
    """
    known = {field.name: field for field in model_fields(model)}
    typed = {name: _value(known[name], text) for name, text in texts.items()}
    values = {**(given or {}), **{name: each for name, each in typed.items() if each is not None}}
    try:
        model.model_validate(values)
    except ValidationError as error:
        wrong = {each["loc"][0]: each["loc"][1:] for each in reversed(error.errors())}
        name = next(each for each in texts if each in wrong)
        label = (labels or {}).get(name) or label_of(name)
        if known[name].kind is FieldKind.PAIRS:
            problem = _problem_of_pairs(label, known[name], texts[name], wrong[name])
        else:
            problem = _problem(label, known[name], texts[name])
        raise UnusableInput(problem, name) from None
    return values


def _value(field: ModelField, text: str) -> JsonValue:
    """Read a text; None for an empty one. What does not fit stays as it is: the command refuses."""
    match field.kind:
        case FieldKind.INTEGER | FieldKind.NUMBER:
            return _number(field, text) if text.strip() else None
        case FieldKind.TEXTS:
            return [*text.replace(",", " ").split()]
        case FieldKind.PAIRS:
            pairs = _pairs(text)
            return {name: value for name, _, value in pairs} if all(map(all, pairs)) else text
        case FieldKind.TEXT:
            return text if text or field.is_required else None
        case _ if not text.strip():
            return "" if field.is_required else None
        case FieldKind.CHOICE | FieldKind.INSTANT:
            return text
        case FieldKind.BOOLEAN | FieldKind.JSON:
            return value_of(field.kind, text)


def _pairs(text: str) -> list[tuple[str, ...]]:
    """Part each pair into its name, its sign and its value; one that is missing is empty."""
    pairs = [tuple(map(str.strip, each.partition("="))) for each in text.split(",")]
    return [each for each in pairs if any(each)]


def _number(field: ModelField, text: str) -> JsonValue:
    _, factor = unit_of(field.name)
    try:
        typed = Decimal(text)
        if not typed.is_finite() or typed.adjusted() > DIGITS_MAX:
            return text
        number = typed * factor
        if field.kind is FieldKind.INTEGER and factor > 1:
            number = number.to_integral_value()
    except ArithmeticError:
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def _problem(label: str, field: ModelField, text: str) -> str:
    """Say what is wrong with a text: the field, the text, and what may stand there."""
    if field.is_required and not text.strip():
        return f"{label} must not be empty"
    unit, factor = unit_of(field.name)
    what = field.words
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        if beyond := _beyond(field, text):
            return f"{label}: {_shown(text)} is {beyond}"
        kind = FieldKind.NUMBER if factor > 1 else field.kind
        what = kind + bounds(field.schema, "minimum", "maximum", f" {unit}".rstrip(), factor)
    elif "pattern" in field.schema:
        what = field.schema.get("description") or f"{what} of printable ASCII"
    no = "not" if field.kind is FieldKind.CHOICE else "no"
    return f"{label}: {_shown(text)} is {no} {what}"


def _problem_of_pairs(label: str, field: ModelField, text: str, place: Sequence[int | str]) -> str:
    """Say which of the pairs is wrong, and why; `place` names the one whose value is refused."""
    for name, sign, value in _pairs(text):
        pair = _shown(f"{name}{sign}{value}")
        if not (name and value):
            return f"{label}: {pair} is no {field.kind}: {field.words}"
        if name in place:
            return f"{label}: {pair}: {_shown(value)} is not {field.words}"
    most = bounds(field.schema, "minProperties", "maxProperties")
    return f"{label}: {_shown(text)} is no list{most}, each {field.kind}"


def _beyond(field: ModelField, text: str) -> str:
    """Say that a number is too far from 0, where no words tell a bound; empty: it is not."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return ""
    if not number.is_finite() or number != number.to_integral_value():
        return ""
    is_large = number > 0
    bound = field.schema.get("maximum" if is_large else "minimum")
    is_told = bound is not None and abs(bound) < COUNTED_MAX
    if is_told or number.copy_abs() < COUNTED_MAX:
        return ""
    most = "" if bound is None else f": it may be {bound:,} at {'most' if is_large else 'least'}"
    return f"too {'large' if is_large else 'small'}{most}"


def _shown(text: str) -> str:
    return repr(text if len(text) <= VALUE_SHOWN_MAX else f"{text[:VALUE_SHOWN_MAX]}…")


def tag_fields(desk: Desk, first: str | None, nowhere: str) -> tuple[FormField, ...]:
    """Give the fields for a tag and a connector, which begins with the selected one.

    `first` is the tag to begin with; None: one that was typed, or is in a transaction. `nowhere`
    says what an empty connector means.
    """
    used = tuple(t.id_tag for t in desk.snapshot.transactions)
    tag = FormField("id_tag", "", first, "id of the tag", used, keep="id_tag")
    connectors = tuple(str(c.connector_id) for c in desk.snapshot.connectors if c.connector_id)
    selected = f"{desk.snapshot.connector_id or ''}"
    return tag, FormField("connector_id", "", selected, nowhere, choices=connectors)
