"""Tells systemd that the service is ready and lives, as sd_notify(3) and the unit's WatchdogSec ask; silent elsewhere."""

import asyncio
import os
import socket


def notify(word: str) -> None:
    """Send `READY=1`, `WATCHDOG=1` or `STOPPING=1`; nothing without NOTIFY_SOCKET, and no failure ends a service."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.send(word.encode())
    except OSError:
        return


async def keep_watchdog_quiet() -> None:
    """Twice in each WATCHDOG_USEC (microseconds), for as long as the event loop that answers requests runs."""
    given = os.environ.get("WATCHDOG_USEC", "")
    if not given.isdecimal() or int(given) == 0:
        return
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(int(given) / 2e6)
