"""A PostgreSQL server of the tests' own, from Debian's package, on a socket in a folder of its own; ended with the session."""

import getpass
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.in_memory import in_memory

ACCOUNT = "postgres"
"""Whom a server started by root runs as: PostgreSQL refuses to run as root."""


def programs() -> Path | None:
    """The folder of the newest server on this machine."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.partition(".")[0]))
    on_path = shutil.which("initdb")
    return folders[-1] if folders else Path(on_path).parent if on_path else None


def why_not() -> str | None:
    """Why no server can be started here; None when one can."""
    if programs() is None:
        return "PostgreSQL is not installed (Debian: postgresql)"
    if os.geteuid() == 0 and not any(user.pw_name == ACCOUNT for user in pwd.getpwall()):
        return f"PostgreSQL does not run as root, and there is no account {ACCOUNT}"
    return None


@dataclass
class Server:
    """A running server; `make` gives the address of a new, empty database, or of a copy of `template`."""

    folder: Path
    user: str
    _names: Iterator[int]

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}@/{database}?host={quote(str(self.folder), safe='')}"

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def make(self, template: str | None = None) -> str:
        name = f"book{next(self._names)}"
        copy = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else "TEMPLATE template0"
        self.sql(f"CREATE DATABASE {name} {copy} ENCODING 'UTF8'")
        return name

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The address of a copy of a database, for the block: hundreds of 7 MB would be a burden to the end of the session."""
        name = self.make(template)
        yield self.url(name)
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(*, safe: bool = False) -> Iterator[Server]:
    """A server, `safe` on a disk with its fsync (slower), else in memory where there is room."""
    home = Path(tempfile.mkdtemp(prefix="shelfcount-pg-", dir=None if safe else in_memory()))
    run_as: Sequence[str] = ()
    user = getpass.getuser()
    if os.geteuid() == 0:
        shutil.chown(home, ACCOUNT)
        run_as, user = ("runuser", "-u", ACCOUNT, "--"), ACCOUNT
    data = home / "data"
    options = (f"-c listen_addresses='' -c unix_socket_directories={home} -c max_connections=200 "
               f"-c fsync={'on' if safe else 'off'}")
    try:
        _do([*run_as, str(_programs() / "initdb"), "-D", str(data), "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync",
             "--locale=C.UTF-8"])
        _do([*run_as, str(_programs() / "pg_ctl"), "-D", str(data), "-w", "-l", str(home / "log"), "-o", options, "start"])
        try:
            yield Server(home, user, itertools.count(1))
        finally:
            _do([*run_as, str(_programs() / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    folder = programs()
    if folder is None:
        raise RuntimeError("PostgreSQL is not installed")
    return folder


def _do(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
