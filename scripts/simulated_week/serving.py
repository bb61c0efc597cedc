"""`shelfcount serve` in a process of its own, and what a client needs to ask it for counts."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Self

from edge.cli import commands
from scripts.simulated_week.leaks import children

_LONGEST_S = 120.0
_LOOK_S = 0.1
_ENDS_S = 30.0
_USERS, _WIDE_S = 6, 20.0
_LAST_WORD = re.compile(r"(sc_\S+)\s*$")


class Served:
    """A server over `db` that holds the camera `name` at `address`; `pid` is its process, `children` those that it started."""

    def __init__(self, name: str, address: str, site: Path, db: Path, temporary: Path) -> None:
        said = io.StringIO()
        with redirect_stdout(said):
            commands.run(["token", "create", "--name", "week", "--role", "admin", "--db", str(db)])
        found = _LAST_WORD.search(said.getvalue())
        if found is None:
            raise SystemExit("no key was made")
        self._key = found[1]
        environment = os.environ | {"SHELFCOUNT_THREADS": "1", "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)}
        self._log = db.with_suffix(".log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "edge", "serve", "--lang", "en", "--port", "0", "--db", str(db), "--site", str(site),
             "--camera", f"{name}={address}"], env=environment, stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        at = re.search(r"http://[0-9.]+:[0-9]+", line)
        if at is None:
            self.stop()
            raise SystemExit(f"the server did not start: {line}")
        self._address = at[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def children(self, command: str) -> list[int]:
        """Its processes whose command line holds these words, a NUL between them."""
        return children(self.pid, command)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def open_wide(self) -> None:
        """Read and write at once, until its keeper has come by too: a server keeps a connection to its book for each thread
        that ever used it while others did, so that after this only what is never let go adds to its files."""
        until_s = time.monotonic() + _WIDE_S

        def use(number: int) -> None:
            while time.monotonic() < until_s:
                with suppress(urllib.error.HTTPError):  # there is no such reservation: that is noted, and many are too fast
                    self._call(*(("GET", "/v2/counts") if number % 2 else ("POST", "/v2/reservations/none/void")))

        with ThreadPoolExecutor(_USERS) as users:
            list(users.map(use, range(_USERS)))

    def count(self, camera: str) -> Mapping[str, object]:
        """Ask for a count and wait for its answer, as the API gives it."""
        accepted = self._call("POST", "/v2/counts", {"camera": camera})
        until_s = time.monotonic() + _LONGEST_S
        while time.monotonic() < until_s:
            reply = self._call("GET", f"/v2/counts/{accepted['id']}")
            if reply["state"] in ("done", "failed"):
                return reply
            time.sleep(_LOOK_S)
        raise TimeoutError(f"count {accepted['id']} did not end")

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
        request = urllib.request.Request(self._address + path, method=method, headers={
            "Authorization": f"Bearer {self._key}", "Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"})
        if body is not None:
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=_ENDS_S) as answer:
            return dict(json.loads(answer.read()))

    def stop(self) -> None:
        if self.runs:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_ENDS_S)
        self._log.close()
