"""The palette finds what people mean, and says what is in the way."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual import events
from textual.content import Content

from cp_tui.engine.hub import VariableChanged
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.actions.palette import palette
from cp_tui.tui.actions.search import TYPED_MAX, ChoiceSearch
from cp_tui.tui.actions.synonyms import ALSO, ALSO_NAMED
from cp_tui.tui.app import CpTuiApp
from cp_tui.tui.dialogs.choose import LONG_LINES_FROM
from cp_tui.tui.registry import ACTIONS, BY_ID, SCREENS
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.store import Snapshot, SnapshotStore
from cp_tui.tui.theme.colors import Colors, TerminalColors
from cp_tui.tui.widgets.line_table import LineTable
from tests.tui import worlds
from tests.tui.driving import screen
from tests.tui.test_hostile_text import TOGETHER, assert_harmless
from tests.tui.test_key_gate import packet

QUERIES = """
    preset = charge_point.presets
    quirk = charge_point.presets
    answers late = charge_point.presets
    offline = charge_point.network
    go offline = charge_point.network
    disconnect = charge_point.network
    disconect = charge_point.network
    network cable = charge_point.network
    pull cable = charge_point.network
    online = charge_point.network
    start charging = connector.swipe
    charge = connector.swipe
    begin session = connector.swipe
    swipe = connector.swipe
    swpie = connector.swipe
    rfid = connector.swipe
    tag = connector.swipe
    badge = connector.swipe
    authorize = connector.swipe
    plug = connector.plug
    unplug = connector.plug
    plug in the car = connector.plug
    unplug car = connector.plug
    stop charging = connector.press_stop
    stop the transaction = connector.press_stop
    end session = connector.press_stop
    theme = screen.theme
    theem = screen.theme
    dark mode = screen.theme
    colors = screen.theme
    reboot = charge_point.power_cycle
    rebot = charge_point.power_cycle
    power cycle = charge_point.power_cycle
    cut power = charge_point.power_cycle
    boot again = charge_point.power_cycle
    limit = schedule.explain
    why limit = schedule.explain
    why so slow = schedule.explain
    set a limit = schedule.install
    set limit = schedule.install
    install profile = schedule.install
    profile instal = schedule.install
    smart charging = schedule.install
    clear profile = schedule.clear
    remove profile = schedule.clear
    price = charge_point.data_transfer
    tariff = charge_point.data_transfer
    data transfer = charge_point.data_transfer
    datatransfer = charge_point.data_transfer
    dta transfer = charge_point.data_transfer
    stop ocpp = charge_point.stop
    stop = charge_point.stop
    restart = charge_point.restart
    reconnect = charge_point.try_now
    retry = charge_point.try_now
    try now = charge_point.try_now
    url = charge_point.connection
    certificate = maintenance.certificates
    csr = security.request_certificate
    renew = security.request_certificate
    install root = security.install_root
    trust = security.install_root
    pem = security.export_certificate
    security profile = security.set_profile
    tamper = security.raise_event
    security log = security.clear_log
    getlog = maintenance.log_upload
    who signed the firmware = maintenance.firmware
    password = charge_point.connection
    fault = connector.raise_error
    raise error = connector.raise_error
    error raise = connector.raise_error
    eror = connector.raise_error
    simulate fault = connector.raise_error
    clear error = connector.clear_error
    repair = connector.clear_error
    emergency = charge_point.emergency_stop
    emergancy stop = charge_point.emergency_stop
    unlock = connector.jam_lock
    jam = connector.jam_lock
    soc = connector.set_vehicle
    battery = connector.set_vehicle
    car full = connector.suspend
    pause charging = connector.suspend
    get configuration = configuration.get
    getconfiguration = configuration.get
    config = screen.configuration
    monitor key = configuration.monitor
    monitr = configuration.monitor
    watch = configuration.monitor
    export messages = messages.export
    log = screen.messages
    messages = screen.messages
    mesages = screen.messages
    compose = messages.compose
    bootnotification = messages.compose
    send meter values = messages.compose
    metervalues = messages.compose
    raw = messages.compose_raw
    malformed = messages.compose_raw
    queue = screen.transactions
    history = screen.transactions
    kwh = screen.transactions
    remote start = csms.send
    remotestart = csms.send
    remote stop = csms.send
    triggermessage = csms.send
    reset = charge_point.power_cycle
    scenario = csms.run
    run test = csms.run
    senario = csms.run
    story = csms.story
    pause demo = csms.story
    csms behaviour = csms.behaviour
    behavior = csms.behaviour
    reject boot = csms.behaviour
    timezone = screen.zone
    utc = screen.zone
    search = screen.filter
    filter = screen.filter
    exit = screen.quit
    quit = screen.quit
    qiut = screen.quit
    shortcuts = screen.help
    help = screen.help
    keys = screen.help
    zoom = screen.zoom
    fullscreen = screen.zoom
    whitelist = maintenance.local_list
    reservation = maintenance.reservations
    cancel reservation = maintenance.cancel_reservation
    firmware = maintenance.firmware
    firmwear = maintenance.firmware
    diagnostics = maintenance.diagnostics
    clear cache = maintenance.clear_cache
    cache clear = maintenance.clear_cache
    alarms = screen.alarms
    problems = screen.alarms
    screenshot = schedule.picture
    svg = schedule.picture
    csv = schedule.export
    home = screen.dashboard
    check card = maintenance.look_up
    is this tag allowed = maintenance.look_up
    why not connected = screen.alarms
    heartbeat = messages.compose
    give up message = transactions.drop
    connector.plug = connector.plug
    how do i start charging = connector.swipe
    i want to reboot it = charge_point.power_cycle
    lock = connector.jam_lock
    dashbord = screen.dashboard
    transactoins = screen.transactions
    mainten = screen.maintenance
    car does not charge = screen.alarms
    not charging = screen.alarms
    why not 32A = schedule.explain
    why not 16 A = schedule.explain
    tag refused = maintenance.look_up
    charger is dead = screen.alarms
    door open = connector.raise_error
"""
"""What technicians, developers of a CSMS and people who give a demo type, and what they mean."""


def charging() -> Snapshot:
    """A demo that charges."""
    store = SnapshotStore()
    store.apply([VariableChanged(name, value) for name, value in worlds.healthy().items()])
    return replace(store.snapshot, has_engine=True, csms=CsmsState(is_ours=True, is_here=True))


def lines(snapshot: Snapshot, shown: str = "dashboard") -> list[Choice]:
    return palette(ACTIONS, Keymap(ACTIONS), snapshot, shown, [each.NAME for each in SCREENS])


SEARCH = ChoiceSearch(lines(charging()))


def found(text: str, search: ChoiceSearch = SEARCH) -> list[str]:
    return [choice.key for choice in search.find(text)]


def test_what_people_type_finds_what_they_mean() -> None:
    queries = [line.split(" = ") for line in QUERIES.strip().splitlines()]
    assert len(queries) >= 60
    firsts = {query.strip(): found(query)[:3] for query, _ in queries}
    missed = {
        q.strip(): firsts[q.strip()] for q, wanted in queries if wanted not in firsts[q.strip()]
    }
    assert missed == {}
    first = sum(firsts[query.strip()][0] == wanted for query, wanted in queries)
    assert first >= 0.9 * len(queries)


@pytest.mark.parametrize(
    ("trouble", "answers"),
    [
        ("car does not charge", {"screen.alarms", "schedule.explain", "screen.transactions"}),
        ("not charging", {"screen.alarms", "schedule.explain", "screen.transactions"}),
        ("tag refused", {"maintenance.look_up", "screen.transactions"}),
    ],
)
def test_a_trouble_finds_whatever_tells_of_it(trouble: str, answers: set[str]) -> None:
    assert set(found(trouble)[: len(answers)]) == answers


NAMES = (
    "1 dashboard, 1 dash, 2 messages, 2 msg, 3 configuration, 3 config, 3 conf, 3 keys, "
    "4 schedule, 4 sched, 5 transactions, 5 sessions, 5 tx, 6 maintenance, 6 maint, 6 upkeep, "
    "7 csms, 8 security"
)
"""What people call the screens, each behind its digit."""


def test_the_name_of_a_screen_shows_it_whatever_else_is_called_so_or_was_chosen_before() -> None:
    screens = {each.KEY: each.action_id() for each in SCREENS}
    everything = [action.id for action in reversed(ACTIONS)]
    for snapshot, shown in ((charging(), "messages"), (Snapshot(), "csms")):
        search = ChoiceSearch(lines(snapshot, shown), everything)
        for digit, name in (each.split() for each in NAMES.split(", ")):
            for typed in (name, f" the {name.capitalize()} "):
                assert found(typed, search)[0] == screens[digit], (typed, shown)


def test_the_names_that_are_known_are_those_on_the_line_above_the_footer() -> None:
    known = [*NAMES.replace(",", "").split(), "findings"]
    assert [each.CALLED for each in SCREENS if each.CALLED.lower() not in known] == []
    assert [each for each in SCREENS if each.short_name().lower() not in known] == []


def test_every_synonym_is_of_an_action_that_there_is() -> None:
    assert (set(ALSO) | set(ALSO_NAMED)) - set(BY_ID) == set()
    assert {id: phrases for id, phrases in ALSO.items() if "" in phrases.split(", ")} == {}


def test_every_title_finds_itself() -> None:
    of_a_log = conditions.not_in_log
    titles = [action.title for action in ACTIONS if action.gives_way is not of_a_log]
    assert [BY_ID[found(title)[0]].title for title in titles] == titles


@pytest.mark.parametrize("word", ["theme", "reboot", "scenario", "firmware", "transactions"])
def test_a_slip_of_each_kind_is_forgiven(word: str) -> None:
    right = found(word)[0]
    for at in range(1, len(word) - 1):
        missing = word[:at] + word[at + 1 :]
        superfluous = word[:at] + "x" + word[at:]
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for slip in (missing, superfluous, swapped):
            assert right in found(slip)[:3], slip


def test_words_may_come_in_any_order_and_with_others_around_them() -> None:
    assert found("transfer data")[0] == found("please do a data transfer")[0]
    assert found("the") != []
    assert found("theem") == ["screen.theme"]
    assert found("qwxz theme")[0] == "screen.theme"
    assert found("qwxz") == found("qwxz zwqx theme") == []


@pytest.mark.parametrize(
    "text",
    [
        "free vending",
        "vending machine",
        "open the fridge",
        "make coffee",
        "play music",
        "buy milk",
        "print invoice",
        "delete account",
        "money back",
        "hack the planet",
        "zz top",
        "lottery",
    ],
)
def test_what_there_is_not_is_not_found_by_a_letter_or_a_verb(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("free the cable", "connector.jam_lock"),
        ("reboot the machine", "charge_point.power_cycle"),
        ("gizmo theme", "screen.theme"),
        ("heme", "screen.theme"),
        ("hteme", "screen.theme"),
        ("cabel", "charge_point.network"),
    ],
)
def test_a_thing_is_found_beside_what_there_is_not_and_by_its_slips(text: str, wanted: str) -> None:
    assert wanted in found(text)[:3]


def made(key: str, title: str, about: str = "", why_not: str = "", also: str = "") -> Choice:
    return Choice(
        key, Content(title), Content(""), Content(about), "", (also,) if also else (), why_not
    )


def test_of_a_title_that_is_begun_the_small_words_count_too() -> None:
    title = Content("The end of the log")
    search = ChoiceSearch([*lines(charging()), Choice("log.end", title, Content(""))])
    assert found("end", search)[0] == "screen.quit"
    for text in ("end of", "End of t", "the end", "end of the log"):
        assert found(text, search)[0] == "log.end"


def test_a_title_comes_before_its_beginning_the_help_and_a_misspelt_word() -> None:
    search = ChoiceSearch(
        [
            made("help", "Take it", "Beyond the limit."),
            made("synonym", "Take it", also="over the limit"),
            made("beginning", "All limits"),
            made("title", "Take the limit"),
        ]
    )
    assert found("limit", search) == ["title", "beginning", "synonym", "help"]
    assert found("limti", search) == ["title", "beginning", "synonym", "help"]


def test_what_is_possible_comes_first_and_then_what_was_chosen_before() -> None:
    choices = [
        made("not", "Export one", why_not="no"),
        made("a", "Export that"),
        made("b", "Export these"),
        made("c", "Export those"),
    ]
    assert found("export", ChoiceSearch(choices)) == ["a", "b", "c", "not"]
    assert found("export", ChoiceSearch(choices, ["c", "b"])) == ["c", "b", "a", "not"]
    assert found("", ChoiceSearch(choices, ["c", "b"])) == ["c", "b", "a", "not"]


def test_a_key_finds_its_action() -> None:
    keymap = Keymap(ACTIONS)
    here = [each for each in ACTIONS if each.gives_way is not conditions.not_in_log]
    for shown in (each.NAME for each in SCREENS):
        search = ChoiceSearch(lines(charging(), shown))
        for action in here:
            if action.works_on(shown) and (key := keymap.first(action.id)):
                assert action.id in found(key, search)[:2]


def test_export_means_that_of_the_screen_that_is_shown() -> None:
    for shown in ("schedule", "configuration"):
        assert found("export", ChoiceSearch(lines(charging(), shown)))[0] == f"{shown}.export"


def test_whatever_is_typed_or_listed_takes_no_time_worth_noticing() -> None:
    for text in (*TOGETHER.values(), "x" * 10_000, "theem " * 5_000):
        found(text)
    assert found(" " * TYPED_MAX + "theme") == found("theme")
    search = ChoiceSearch(
        made(f"{n}", text, text, text, text) for n, text in enumerate([*TOGETHER.values()])
    )
    assert found("bold", search) != []


async def test_each_line_has_its_key_and_why_it_is_not_possible() -> None:
    async with screen(worlds.healthy(), size=(100, 24)) as drive:
        await drive.press("ctrl+p", *"restart ocpp")
        assert drive.shows("Restart OCPP after a stop × it is not stopped")
        (row, *_) = drive.app.screen.query_one(LineTable).rows
        assert row.cells[-1].plain == "r"
        assert drive.shows("Not now: it is not stopped; restart follows a stop. Connect again")
        await drive.press("ctrl+u", *"qqqq")
        assert drive.shows("nothing found: try another or a shorter word; ^u clears")
        await drive.press("enter")
        assert drive.shows("All actions")
        await drive.press("ctrl+u", *"swpie", "enter")
        assert drive.shows("Swipe a tag", "Tag")
        await drive.press("escape", "ctrl+p")
        # What was chosen is on top the next time.
        assert drive.app.screen.query_one(LineTable).cursor_key == "connector.swipe"
        await drive.press("escape")
        await packet(drive, ":upkeep\r")
        assert drive.app.main.NAME == "maintenance"
        await packet(drive, ":dashboard\r")
        assert drive.app.main.NAME == "dashboard"
        await packet(drive, "\x10theem\r")
        assert drive.shows("Choose a theme")


async def test_the_palette_fits_and_shows_an_observer_what_is_in_the_way() -> None:
    async with screen(worlds.healthy(), read_only=True) as drive:
        await drive.press("ctrl+p")
        await drive.type("swipe")
        for size in ((60, 20), (160, 50), (80, 24)):
            await drive.resize(*size)
            assert drive.shows("Swipe a tag × read only", "Not now: read only: attached as an")
            is_brief = size[0] < LONG_LINES_FROM
            assert drive.shows("1 found" if is_brief else "Connector Swipe a tag"), size
            assert bool(drive.shows("the reader. · Connector")) is is_brief, "the rest is below"
        drive.app.post_message(events.Paste("".join(TOGETHER.values())))
        await drive.settle()
        assert_harmless(drive)


OPENING_BYTES_MAX = 2_500
"""In 16 colours; with what lies behind sent in between it is a thousand more."""


async def test_nothing_is_painted_between_a_list_and_the_dialog_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch, painting: None
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(CpTuiApp, "send", lambda app, text: sent.append(text))
    # How long this machine takes to put a dialog together is another question.
    monkeypatch.setattr("cp_tui.tui.terminal.look_app.BETWEEN_KEYS_S", 60.0)
    # Nor is it asked whether the list is shown before enter: a busy machine takes long to press it.
    monkeypatch.setattr("cp_tui.tui.terminal.look_app.TYPING_S", 60.0)
    async with screen(worlds.healthy(), colors=TerminalColors(Colors.SIXTEEN)) as drive:
        for first, words, last in (
            ("ctrl+p", "swipe", "Swipe a tag"),
            ("ctrl+p", "change the vehicle", "Vehicle at connector 1"),
            ("2,c", "stoptrans", "Compose: StopTransaction"),
        ):
            await drive.press(*first.split(","))
            await drive.type(words)
            sent.clear()
            await drive.press("enter")
            await drive.until_it_shows(last)
            assert sum(len(text.encode()) for text in sent) < OPENING_BYTES_MAX, last
            await drive.press("escape", "escape", "1")
            # A choice that opens nothing is seen at once.
            await drive.press("ctrl+p")
            await drive.type("dashboard")
            await drive.press("enter")
            assert drive.app.sent.changes() == ""
            # What is held back next is so for as long.
            assert drive.app._sending is None
        # Nor is anything waited for when nothing is left to be seen.
        await drive.press("ctrl+p", *"quit", "enter")
    assert drive.app.return_value == "leave"
