"""One command of a table: what it does, what it takes and gives, who may, and its words.

A command is an event of the mind, an act at the station, or a method of whoever is asked; its
sentence, its parameters and its result are read from there, so that each is written once. The model
that checks the parameters is built when it is first needed, which takes some ms.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property, partial
from typing import Any, get_type_hints

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError, create_model

from cp_tui.engine.errors import CommandError, ErrorNumber, PowerLostError
from cp_tui.engine.pending_requests import REPLY_TIMEOUT_S, CommandAnswer
from cp_tui.ocpp.redaction import MASK

VALUE_SHOWN_MAX = 60
VALUE_LENGTH_MAX = 100
"""How many characters of a value a sentence shows: enough to know what is meant."""
NOTHING_TO_DO = "nothing to do"
_NOT_GIVEN = frozenset({"self", "body", "now", "request"})
"""Arguments that are no parameters of a command: the engine gives them."""
_NEVER_SHOWN = frozenset({"value", "data", "payload", "text"})
"""Parameters that may hold a secret, whatever is wrong with them."""


class Params(BaseModel):
    """Base of the parameters of all commands: closed and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True)
class Command:
    """A method of whoever is asked; it gives its result, or a `CommandAnswer` with a reason.

    A person reads sentences; the names of commands are for scripts. In the words `{connector}` and
    the names of parameters stand for their values. One that may be secret, such as that of a key,
    is in none of them.
    """

    does: Callable[..., Any]
    words: str = ""
    """An imperative: `Plug in at {connector}`."""
    words_done: str = ""
    """A sentence without its stop: `The cable is plugged in at {connector}`."""
    undone: str = NOTHING_TO_DO
    """Where the answer is `false`: why there was nothing to do."""
    _: KW_ONLY
    if_true: tuple[str, str] | None = None
    """Other words, where its one flag is true."""
    name: str = ""
    """That of the method, or of the event in small letters, unless it is given."""
    is_look: bool = False
    """It changes nothing: an observer may use it, and it is not told in the log."""
    fixed: Mapping[str, object] = field(default_factory=dict)
    """Arguments of `does` that are no parameters."""
    about: str = ""
    """The sentence, where `does` is shared with another command."""
    gives: object = None
    """The type of the result, or words for it, where `does` does not tell."""

    def __post_init__(self) -> None:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", self.does.__name__).lower()
        object.__setattr__(self, "name", self.name or name)

    async def carry_out(self, asked: Any, params: Mapping[str, JsonValue]) -> CommandAnswer:
        """Check the parameters and do it; raises `CommandError`."""
        result = self.does(asked, **self.checked(params))
        if inspect.isawaitable(result):
            result = await result
        return result if isinstance(result, CommandAnswer) else CommandAnswer(result)

    @property
    def sentence(self) -> str:
        """What it does, as its code says it."""
        return self.about or (inspect.getdoc(self.does) or "").partition("\n\n")[0].replace(
            "\n", " "
        )

    @property
    def result(self) -> object:
        """The type of the result, or words for it."""
        return self.gives or get_type_hints(self.does, include_extras=True).get("return")

    @cached_property
    def params(self) -> type[Params]:
        """The model that checks the parameters."""
        fields: dict[str, Any] = {}
        for name, hint, default in _parameters(self.does):
            if name in self._wholes:
                fields |= {each: (of, value) for each, of, value in _parameters(hint)}
            elif name not in self.fixed:
                fields[name] = (hint, default)
        return create_model(self.name, __base__=Params, **fields)

    def checked(self, params: Mapping[str, JsonValue]) -> dict[str, Any]:
        """Validate the parameters and give the arguments of `does`; raises `CommandError`."""
        try:
            model = self.params.model_validate(dict(params))
        except ValidationError as error:
            text = f"{self.name}: {_problem(self.params, error)}"
            raise CommandError(ErrorNumber.INVALID_PARAMS, text) from None
        given = {name: getattr(model, name) for name in self.params.model_fields} | {**self.fixed}
        for name, whole in self._wholes.items():
            given[name] = whole(
                **{each: given.pop(each) for each in inspect.signature(whole).parameters}
            )
        return given

    @cached_property
    def _wholes(self) -> Mapping[str, type]:
        """The arguments of `does` that several parameters make up, and their classes."""
        hints = ((name, hint) for name, hint, _ in _parameters(self.does))
        return {
            name: hint
            for name, hint in hints
            if isinstance(hint, type) and issubclass(hint, BaseModel | Struct)
        }

    def asked(self, params: Mapping[str, JsonValue]) -> str:
        """Say what is asked for, such as `Plug in at connector 1`."""
        return _filled(self._words(params)[0], params)

    def done(self, params: Mapping[str, JsonValue]) -> str:
        """Say that it is done, such as `The cable is plugged in at connector 1`."""
        asked, done = self._words(params)
        return _filled(done or f"{asked}: done", params)

    def told(
        self, params: Mapping[str, JsonValue], result: JsonValue, why: str | None = None
    ) -> str:
        """Say what was asked and what came of it, in one sentence, for logs and scripts."""
        match result:
            case True | None:
                text = self.done(params)
            case False:
                return f"{self.asked(params)}: {why or self.undone}"
            case str() | int():
                text = f"{self.asked(params)}: {result}"
            case {"text": str(words)}:
                return words
            case {"status": str(status)}:
                text = f"{self.asked(params)}: {status}"
            case _:
                text = f"{self.asked(params)}: answered"
        return f"{text}; {why}" if why else text

    def logged(
        self, params: Mapping[str, JsonValue], answer: CommandAnswer, *, is_masked: bool
    ) -> str:
        """Say the same of an answer, for the log; where tags are masked, without words of others.

        In those one may be named.
        """
        result, why = answer.result, None if answer.reason is None else answer.reason.text
        if is_masked:
            result, why = result if isinstance(result, bool | None) else {}, None
            params = _without_texts(params)
        return self.told(params, result, why)

    def logged_refusal(
        self, params: Mapping[str, JsonValue], error: CommandError, *, is_masked: bool
    ) -> str:
        """Say for the log that it was refused; where tags are masked, not why."""
        if is_masked:
            return f"{self.asked(_without_texts(params))}: refused"
        return f"{self.asked(params)}: refused, {error}"

    def _words(self, params: Mapping[str, JsonValue]) -> tuple[str, str]:
        if self.if_true is not None and any(value is True for value in params.values()):
            return self.if_true
        return self.words or self.name.replace("_", " ").capitalize(), self.words_done


@dataclass(frozen=True)
class Ask(Command):
    """An event of the mind, which answers it with a `Reply` or a `Refuse`."""

    _: KW_ONLY
    gives: object = bool
    timeout_s: float = REPLY_TIMEOUT_S
    if_lost: Callable[[Mapping[str, Any]], CommandAnswer] | None = None
    """The answer where the mind is lost before it answers; None: a refusal."""

    async def carry_out(self, asked: Any, params: Mapping[str, JsonValue]) -> CommandAnswer:
        """Check the parameters, and have the mind answer; raises `CommandError`."""
        given = self.checked(params)

        def event_of(request: int) -> Any:
            return self.does(request=request, **given)

        try:
            answer: CommandAnswer = await asked.loop.ask(event_of, self.timeout_s)
        except PowerLostError:
            if self.if_lost is None:
                raise
            return self.if_lost(given)
        return answer


@dataclass(frozen=True)
class Act(Command):
    """Something that people do at the station; it is done when it is saved."""

    async def carry_out(self, asked: Any, params: Mapping[str, JsonValue]) -> CommandAnswer:
        """Check the parameters, and have it done; raises `CommandError`."""
        act = partial(self.does, **self.checked(params))
        await asked.loop.act(act, self.asked(params), REPLY_TIMEOUT_S)
        return CommandAnswer(True)


def table(*commands: Command) -> Mapping[str, Command]:
    """Put commands under their names."""
    return {each.name: each for each in commands}


def find(
    commands: Mapping[str, Command], method: str, *, read_only: bool, there: str = "there are: {}"
) -> Command:
    """Give the command of a method; raises `CommandError` where it may not be used."""
    command = commands.get(method)
    if command is None:
        text = f"no method {method!r}; {there.format(', '.join(commands))}"
        raise CommandError(ErrorNumber.METHOD_NOT_FOUND, text)
    if read_only and not command.is_look:
        raise CommandError(ErrorNumber.READ_ONLY, f"an observer may not use {method}")
    return command


def _parameters(does: Callable[..., Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give name, type and default of all that `does` takes, apart from what the engine gives."""
    if isinstance(does, type) and issubclass(does, BaseModel):
        # A model that is not built yet has no signature of its own.
        does.model_rebuild()
    hints = get_type_hints(does, include_extras=True)
    for name, parameter in inspect.signature(does).parameters.items():
        if name not in _NOT_GIVEN:
            is_required = parameter.default is parameter.empty
            yield name, hints[name], ... if is_required else parameter.default


def _problem(model: type[Params], error: ValidationError) -> str:
    """Say what is wrong first: field, value and what is allowed."""
    errors = error.errors(include_url=False, include_context=False)
    # Of a name that is mistyped, the right one is missing as well.
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    location, message = first["loc"], first["msg"]
    # A payload that is nested too deep would be named level by level.
    name = ".".join(str(part) for part in location)[:VALUE_SHOWN_MAX]
    names = ", ".join(
        each if of.is_required() else f"{each} (optional)"
        for each, of in model.model_fields.items()
    )
    match first["type"]:
        case "missing":
            return f"parameter {name} is missing; it takes {names}"
        case "extra_forbidden":
            return f"unknown parameter {name}; it takes {names or 'none'}"
        case "string_pattern_mismatch":
            about = location and model.model_fields[str(location[0])].description
            problem = f"must be {about or 'printable ASCII'}"
        case _:
            problem = message[:1].lower() + message[1:]
    if location and location[0] in _NEVER_SHOWN:
        return f"{name}: {problem}"
    return f"{name} = {_shortened(repr(first['input']), VALUE_SHOWN_MAX, '...')}: {problem}"


def _filled(text: str, params: Mapping[str, JsonValue]) -> str:
    """Put the values in; one that is not given leaves a gap."""
    number = params.get("connector_id")
    values = {
        name: ", ".join(f"{each}" for each in value) if isinstance(value, list) else f"{value}"
        for name, value in params.items()
    }
    values["connector"] = f"connector {number}" if number else "the charge point"
    return re.sub(
        r"\{(\w+)\}",
        lambda found: _shortened(values.get(found[1], ""), VALUE_LENGTH_MAX, "…"),
        text,
    )


def _shortened(text: str, length_max: int, sign: str) -> str:
    return text if len(text) <= length_max else f"{text[:length_max]}{sign}"


def _without_texts(params: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {
        name: each if isinstance(each, int | float | None) else MASK
        for name, each in params.items()
    }
