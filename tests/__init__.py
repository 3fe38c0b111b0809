"""The tests. What is compiled of them and of the program is kept, whatever the surroundings say.

Else each of the many programs that they start would compile every module anew, for half a second.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
