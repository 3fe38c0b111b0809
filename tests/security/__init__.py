"""Security over real sockets: the official cases, and what peers and disks do wrong (W A00 to N01).

Certificates are made and read with the library itself, so that nothing of ours judges its own work;
the CSMS is the PyPI package `ocpp`.
"""
