from cp_tui.csms.central_system import CentralSystem as CentralSystem
from cp_tui.engine.errors import CommandError as CommandError
from cp_tui.library.charger import LiveCharger
from cp_tui.library.client import DoorClient
from cp_tui.library.virtual_charger import VirtualCharger as VirtualCharger
from cp_tui.library.wait_failed import WaitFailed as WaitFailed

__version__: str

Charger = LiveCharger
Client = DoorClient
