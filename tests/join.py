"""Started for a worker of `-n`: hands over what it was started with, and stays as long as it."""

import socket
import sys

with socket.socket(socket.AF_UNIX) as link:
    link.connect(sys.argv[1])
    socket.send_fds(link, [b"0"], [0, 1, 2])
    # The streams are the worker's now; nothing comes but the end.
    link.recv(1)
