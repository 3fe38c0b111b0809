"""The fleet on asyncio: sockets, one timer for all, and the end of a run; it decides nothing."""
