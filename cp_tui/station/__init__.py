"""The body: simulated connectors, vehicles and meters that a charge point can be run on.

Pure, as the mind is: time comes in as an argument; nothing here knows of transactions or of I/O.
"""
