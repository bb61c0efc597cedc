"""The back end that was measured to be quickest on this machine, kept in the folder of chosen model files.

    tuning = usable_tuning(Path("shelfcount.models"))      # None: nothing was measured, or elsewhere, or the record is damaged
    detector = open_detector(tuning=tuning)                # PLAIN where it is None or about another file

`shelfcount model tune` measures and writes. The record holds for the host that it was measured on and for the very files that
were measured; anything else is answered by onnxruntime in fp32.
"""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from models.backends import Backend, Engine
from models.durable import write_atomically
from models.errors import BadBackend, BadTuning
from models.manifest import ModelFile
from models.session import MAX_THREADS

SCHEMA = "shelfcount.tuning/1"
RECORD = "tuned.json"


@dataclass(frozen=True, slots=True)
class Host:
    """What decides how quick a back end is: the processor with its instruction sets, the cores that this process may use, and
    the versions of the engines ("" where one is not installed)."""

    cpu: str
    cores: int
    engines: Mapping[str, str]

    @classmethod
    def here(cls, cpuinfo: Path = Path("/proc/cpuinfo")) -> "Host":
        try:
            lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        except OSError:
            lines = []
        told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in reversed(lines))}
        flags = hashlib.sha256(told.get("flags", told.get("Features", "")).encode()).hexdigest()[:8]
        name = told.get("model name", told.get("Hardware", "")) or platform.machine()
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(f"{name} ({flags})", cores, {engine.value: _version(engine) for engine in Engine})


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was chosen, for the detector with the fingerprint `detector`: `file` is that of the file that runs (the int8 one
    of an int8 back end). `cpu_ms` is the median of a frame, by back end, for those that were measured."""

    host: Host
    detector: str
    file: str
    backend: Backend
    threads: int
    at: datetime
    cpu_ms: Mapping[str, float]

    def __post_init__(self) -> None:
        if not 1 <= self.threads <= MAX_THREADS or self.at.tzinfo is None:
            raise BadTuning("a tuning needs 1 to {most} threads and an aware time, got {threads} and {at}", most=MAX_THREADS,
                            threads=self.threads, at=self.at)  # fmt: skip

    def fits(self, pinned: ModelFile) -> bool:
        """Whether it is about this detector, with the files that it has now."""
        file = pinned.int8_for(self.backend.engine) if self.backend.precision.wants_int8_file else pinned
        return self.detector == pinned.fingerprint and file is not None and file.fingerprint == self.file


def read_tuning(folder: Path) -> Tuning | None:
    """The record in `folder`, None where there is none. Raises BadTuning for a damaged one."""
    path = folder / RECORD
    try:
        document = json.loads(path.read_bytes())
        checksum = document.pop("checksum")
        if checksum != _checksum(document) or document["schema"] != SCHEMA:
            raise ValueError("it does not fit its checksum or format")
        host = document["host"]
        return Tuning(
            Host(host["cpu"], host["cores"], dict(host["engines"])), document["detector"], document["file"],
            Backend.of(document["backend"]), document["threads"], datetime.fromisoformat(document["at"]),
            dict(document["cpu_ms"]),
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _bad(path, error.strerror or error) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadBackend) as error:
        raise _bad(path, error) from error


def usable_tuning(folder: Path, host: Host | None = None) -> Tuning | None:
    """The record in `folder` if it was measured on this very host; None for any other, and for a damaged one, which
    `shelfcount model tune --show` explains."""
    try:
        tuning = read_tuning(folder)
    except BadTuning:
        return None
    return tuning if tuning is not None and tuning.host == (host or Host.here()) else None


def write_tuning(folder: Path, tuning: Tuning) -> None:
    """Replace the record in one rename. Raises BadTuning."""
    document = {
        "schema": SCHEMA, "at": tuning.at.astimezone(UTC).isoformat(timespec="seconds"), "host": asdict(tuning.host),
        "detector": tuning.detector, "file": tuning.file, "backend": str(tuning.backend), "threads": tuning.threads,
        "cpu_ms": dict(tuning.cpu_ms),
    }
    raw = json.dumps(document | {"checksum": _checksum(document)}, ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / RECORD, raw.encode(), BadTuning)


def forget_tuning(folder: Path) -> bool:
    """Take the record away; False where there was none. Raises BadTuning."""
    try:
        (folder / RECORD).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise BadTuning("{file} cannot be written: {why}; everything is as it was before", file=folder / RECORD,
                        why=error.strerror or error) from error  # fmt: skip
    return True


def _version(engine: Engine) -> str:
    try:
        return version(engine.value)
    except PackageNotFoundError:
        return ""


def _checksum(document: object) -> str:
    return hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _bad(path: Path, why: object) -> BadTuning:
    return BadTuning("{file}, which says which back end is quickest here, cannot be used: {why}; measure again with "
                     "`shelfcount model tune`", file=path, why=why)  # fmt: skip
