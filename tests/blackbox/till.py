"""A real server process and a client of it that knows nothing but HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.ids import Actor
from inventory_core.store.sql_book import open_book

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is the parsed JSON, or the bytes of anything else."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Server:
    """`python -m edge serve` on a book; keys are made with `token create`, as an installer would."""

    def __init__(self, folder: Path, db: str, *options: str) -> None:
        self._folder = folder
        self._db = db
        self._env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "SHELFCOUNT_THREADS": "1",
                     "LANG": "C.UTF-8"}
        with (folder / "stderr").open("a") as complaints:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge", "serve", "--lang", "en", "--port", "0", "--db", db, *options], cwd=folder,
                env=self._env, stdout=subprocess.PIPE, stderr=complaints, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[0-9.]+:[0-9]+", line)
        assert found, (line, (folder / "stderr").read_text())
        self.address = found[0]

    def key(self, name: str, role: str) -> str:
        """A new key, the last word that the command prints."""
        return self.run("token", "create", "--name", name, "--role", role).split()[-1]

    def quick_keys(self, roles: dict[str, str]) -> list[str]:
        """The same without starting the program for each; the key is the name."""
        store = open_book(str(self._folder / self._db) if "://" not in self._db else self._db)
        with store.write() as book:
            for name, role in roles.items():
                book.add_token(ApiToken(Actor(name), Role(role), hash_key(name), datetime(2026, 11, 20, tzinfo=UTC)))
            book.commit()
        store.close()
        return list(roles)

    def run(self, *words: str) -> str:
        done = subprocess.run([sys.executable, "-m", "edge", *words, "--lang", "en", "--db", self._db], cwd=self._folder,
                              env=self._env, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.process.communicate()
        return code


class Till:
    """A caller with one key."""

    def __init__(self, address: str, key: str | None) -> None:
        self._address = address
        self._key = key

    def get(self, path: str, **headers: str) -> Answer:
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Answer:
        """With a new Idempotency-Key unless one is given (None: without any)."""
        sent = {} if key is None else {"Idempotency-Key": key or uuid.uuid4().hex}
        if body is not None and not isinstance(body, bytes):
            sent["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        return self._call("POST", path, body if body is not None else b"", sent | headers)

    def form(self, path: str, fields: dict[str, str], files: list[tuple[str, str, bytes]], **headers: str) -> Answer:
        """multipart/form-data, as a browser sends it."""
        mark = uuid.uuid4().hex
        body = b""
        for name, text in fields.items():
            body += f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, file, data in files:
            body += (f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
                     "Content-Type: image/jpeg\r\n\r\n").encode() + data + b"\r\n"
        body += f"--{mark}--\r\n".encode()
        return self.post(path, body, **{"Content-Type": f"multipart/form-data; boundary={mark}"}, **headers)

    def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(self._address + path, data=body, method=method)
        if self._key is not None:
            request.add_header("Authorization", f"Bearer {self._key}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return _read(answer.status, answer)
        except urllib.error.HTTPError as error:
            with error:
                return _read(error.code, error)


def _read(status: int, answer: Any) -> Answer:
    data = answer.read()
    is_json = "json" in (answer.headers.get("content-type") or "")
    return Answer(status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(data) if is_json and data else data)
