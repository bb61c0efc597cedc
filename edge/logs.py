"""Structured logs: events with fields, told apart by ids that go from a request through its count, one line each on stderr.

    log_as("json")                                    # once, at the start of a server
    with about(Correlation("r-1"), count="c-1"): events("counts").info("count_started", camera="door")
"""

import logging
import re
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from edge.passwords import without_secrets

_OURS = "shelfcount"
logging.getLogger(_OURS).addHandler(logging.NullHandler())  # a command that does not log writes no raw lines
_REQUEST = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Correlation:
    """What an action is looked up by over its steps: `request` is the caller's id of it, or ours; `trace` (32 hexadecimal
    digits) the caller's W3C trace, `flags` its flags."""

    request: str
    trace: str | None = None
    flags: str = "00"

    @classmethod
    def new(cls) -> "Correlation":
        return cls(uuid.uuid4().hex)

    def parent(self) -> str | None:
        """The `traceparent` that goes on from here, as a step of its own."""
        return None if self.trace is None else f"00-{self.trace}-{uuid.uuid4().hex[:16]}-{self.flags}"


def correlation_of(headers: Sequence[tuple[bytes, bytes]]) -> Correlation | None:
    """What the headers `X-Request-ID` and `traceparent` say; None where they say nothing that can be used."""
    request = trace = flags = None
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST.fullmatch(text := value.decode("latin-1")):
            request = text
        elif name == b"traceparent" and (found := _PARENT.fullmatch(value.decode("latin-1"))) and found[1].strip("0"):
            trace, flags = found[1], found[2]
    if request is None and trace is None:
        return None
    return Correlation(request or uuid.uuid4().hex, trace, flags or "00")


def events(name: str) -> structlog.stdlib.BoundLogger:
    """What tells events of `name`; at import, for nothing is written before `log_as`."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(f"{_OURS}.{name}"), wrapper_class=structlog.stdlib.BoundLogger, cache_logger_on_first_use=True,
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter])
    return logger


@contextmanager
def about(correlation: Correlation | None, **ids: str) -> Iterator[None]:
    """Every line of this thread or task inside names these."""
    if correlation is not None:
        ids["request_id"] = correlation.request
        if correlation.trace is not None:
            ids["trace_id"] = correlation.trace
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def log_as(form: str, stream: TextIO | None = None) -> None:
    """Write events from now on to `stream` (None: stderr), as `text` or as one `json` object a line; lines of libraries too,
    from warnings on."""
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else _text
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper("iso", utc=True, key="at"), structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, _without_secrets,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=processors))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(logging.INFO)
    logging.captureWarnings(True)


def _text(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """`2026-11-20T09:30:00Z info count_ended count=c-1 ...`, a traceback below it."""
    del logger, method
    head = [str(event.pop(name, "-")) for name in ("at", "level", "event")]
    trace = event.pop("exception", None)
    fields = [f"{name}={_value(value)}" for name, value in sorted(event.items())]
    return " ".join([*head, *fields]) + (f"\n{trace}" if trace else "")


def _value(value: object) -> str:
    text = str(value)
    return repr(text) if not text or re.search(r"[\s=\"']", text) else text


def _without_secrets(logger: WrappedLogger, method: str, line: object) -> str:
    del logger, method
    return without_secrets(str(line))
