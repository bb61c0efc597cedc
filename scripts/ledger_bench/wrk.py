"""The load of Debian's `wrk`, which spends far less on a request than the servers do; else of our own client."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.ledger_bench.client import Load
from scripts.ledger_bench.servers import CLIENT_CORE, ROOT, pin

SCRIPT = """
local requests, turn = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", line, {["Host"] = "shop", ["Authorization"] = "Bearer " .. args[2]})
  end
end
function request() turn = turn % #requests + 1; return requests[turn] end
function done(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "us": %d, "p50": %f, "p95": %f, "p99": %f, "max": %f, "failed": %d, "lost": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max,
    e.status, e.connect + e.read + e.write + e.timeout))
end
"""


def client() -> str:
    """Whose load it is."""
    return "wrk" if shutil.which("wrk") else "a Python client (slower than wrk, so that quick servers look slower too)"


def closed(port: int, paths: Sequence[str], key: str, connections: int, seconds: float) -> Load:
    """Kept connections that ask again as soon as they were answered, from a process on a core of its own."""
    if shutil.which("wrk") is None:
        return _own(port, paths, key, connections, seconds)
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "ask.lua", Path(folder) / "paths"
        script.write_text(SCRIPT)
        listed.write_text("\n".join(paths))
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "30s", "--latency", "-s", str(script),
             f"http://127.0.0.1:{port}", str(listed), key], capture_output=True, text=True, check=True,
            preexec_fn=lambda: pin(CLIENT_CORE))
    seen = json.loads(done.stderr)
    return Load(seen["requests"], seen["us"] / 1e6, *(seen[name] / 1000 for name in ("p50", "p95", "p99", "max")),
                seen["failed"], seen["lost"])


def _own(port: int, paths: Sequence[str], key: str, connections: int, seconds: float) -> Load:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.ledger_bench.load", "ask", str(port), key, "--connections", str(connections),
         "--seconds", str(seconds)], input="\n".join(paths), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return Load(**json.loads(done.stdout))
