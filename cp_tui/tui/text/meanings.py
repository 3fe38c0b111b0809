"""What each key means, wherever it works: on a screen, in a table, on the timeline, in a dialog.

The one table of keys. An action names its meaning and gets its keys from it; so no letter can edit
here and run something there.
"""

from __future__ import annotations

from enum import Enum

from textual.binding import Binding


class Meaning(Enum):
    """A meaning, with its keys in Textual's names, commas between, and its words."""

    ALARMS = "a", "Everything that is wrong now"
    ACKNOWLEDGE = "A", "Acknowledge what went wrong"
    POWER = "b", "Cut the power and boot again"
    WEATHER = "B", "Bad network: choose its weather"
    COMPOSE = "c", "Compose a message and send it; ask for a certificate"
    COMPOSE_RAW = "C", "The same as raw text"
    DATA = "d", "Data transfer to the CSMS"
    DETAILS = "D", "Details: of the connection, of the scenario that runs"
    EDIT = (
        "e",
        "Edit: a message to send again, a key of your own, the CSMS, the security profile",
    )
    EXPORT = "E", "Export to a file"
    FILE = "f", "Compare with a file"
    FINISH = "F", "Finish the run of a fleet: settle, and end"
    GO_TO = "g", "Go to: the first row or line, a time on the timeline"
    LAST = "G", "Last row or line"
    INSTALL = "i", "Install: a charging profile; at the CSMS certificates and firmware"
    INSTALL_FILE = "I", "Install from a file"
    JAM = "J", "Jam or free the cable lock"
    READ_KEYS = "K", "Read configuration keys, as GetConfiguration answers them"
    MONITOR = "m", "Monitor, or stop monitoring"
    MORE = "M", "More charge points in a fleet"
    TRY_NOW = "n", "Try now: do not wait for the next attempt"
    NETWORK = "N", "Cut the connection, or restore it; of a fleet: start a storm"
    SORT = "o", "Order of the rows: by which column"
    SORT_BACK = "O", "The order of the rows the other way round"
    PLUG = "p", "Plug the cable in or out"
    PICTURE = "P", "Save a picture"
    QUIT = "q,ctrl+q", "Quit; of help, details and tables in a dialog: close them"
    RESTART = "r", "Restart OCPP"
    RUN = "R", "Run"
    STOP_OCPP = "s", "Stop OCPP"
    STOP_CHARGE = "S", "Stop the charge at the selected connector"
    ZONE = "t", "Your time zone, or UTC"
    UNIT = "u", "Unit: amperes or watts"
    ONLY = "v", "View only some (changed keys, one connector), or all again"
    VEHICLE = "V", "The vehicle: battery, state of charge, limits"
    SWIPE = "w", "Swipe a tag"
    WHY = "W", "Why: this limit, what a swiped tag would do"
    REMOVE = "x", "Remove, clear or cancel what is selected"
    REMOVE_MANY = "X", "Remove, clear or take back all of them, or those that match"
    COPY = "y", "Copy a value of what is selected"
    COPY_ALL = "Y", "Copy all of what is selected, as JSON"
    ZOOM = "z", "Zoom the pane, or all panes again"
    PAUSE = (
        "space",
        "Pause, or go on: a list, the story, the vehicle, a log, the arrivals of a fleet;"
        " in a form, the next choice",
    )
    STEP = "full_stop", "One step: of the story; in a log, the next frame"
    STEP_BACK = "comma", "In a log, the frame before"
    SLOWER = "less_than_sign", "The story slower; a log as well"
    FASTER = "greater_than_sign", "The story faster; a log as well"
    MINUTE_BACK = "left_parenthesis", "In a log, a minute earlier"
    MINUTE_ON = "right_parenthesis", "In a log, a minute later"
    HOUR_BACK = "left_curly_bracket", "In a log, an hour earlier"
    HOUR_ON = "right_curly_bracket", "In a log, an hour later"
    INSTANT = "apostrophe", "Go to a time or a frame of a log"
    CHARGER = "T", "Another charge point of a log"
    ERROR = "exclamation_mark", "Raise an error, or a security event"
    CONNECTOR = "number_sign", "Select a connector by its number"
    LOG = "at", "Commands of this screen, with their outcomes"
    FILTER = "slash", "Filter"
    HELP = "question_mark,f1", "Help"
    MENU = "ctrl+p,colon", "The menu of all actions"
    SCREEN = "1,2,3,4,5,6,7,8,9", "The screen of that number"
    NEXT = "tab", "Next pane, next field"
    PREVIOUS = "shift+tab", "Previous pane, previous field"
    ELSEWHERE = "ctrl+o", "Go elsewhere: to a pane by its letter, to another message"
    ENTER = "enter", "Details of what is selected; in a dialog, do it; in the composer, next field"
    LEAVE = "escape", "Leave: a dialog, a filter, a zoomed pane"
    UP = "up,k", "Up; in a form, the field above"
    DOWN = "down,j", "Down; in a form, the field below"
    LEFT = "left,h", "Left: earlier; in a form, the choice before"
    RIGHT = "right,l", "Right: later; in a form, the next choice"
    CHANGE_LEFT = "shift+left,H", "The change before"
    CHANGE_RIGHT = "shift+right,L", "The change after"
    PAGE_UP = "pageup", "A page up; in a field, what was typed there before"
    PAGE_DOWN = "pagedown", "A page down; in a field, what was typed after that"
    HALF_UP = "ctrl+u", "Half a page up"
    HALF_DOWN = "ctrl+d", "Half a page down"
    HOME = "home", "The beginning: first row or line, now"
    END = "end", "The end: last row or line"
    NOW = "0", "Back to now"
    ZOOM_IN = "plus,equals_sign", "Zoom in on the timeline"
    ZOOM_OUT = "minus", "Zoom out"
    PAN_LEFT = "left_square_bracket", "Pan to earlier; in a log, the finding before"
    PAN_RIGHT = "right_square_bracket", "Pan to later; in a log, the next finding"
    SAVE = "ctrl+s", "Send or save what the dialog holds"
    SWITCH = "ctrl+r", "Form or text"
    FIELD = "ctrl+t", "A field with a list as a text of its own, or back"
    REPAINT = "ctrl+l", "Paint everything anew"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, in Textual's names; the first is the one that is printed."""
        return tuple(self.value[0].split(","))

    @property
    def words(self) -> str:
        """The meaning, in words."""
        return self.value[1]

    def bound(self, action: str, description: str, id: str, *others: Meaning) -> Binding:
        """Bind the keys of this meaning, and of `others`, in a widget; the footer is our own."""
        keys = ",".join(key for meaning in (self, *others) for key in meaning.keys)
        return Binding(keys, action, description, show=False, id=id, tooltip=description)


MEANING_OF = {key: meaning for meaning in Meaning for key in meaning.keys}
"""The meaning of each key."""
