"""One table of a site file while it is being read: every value is checked, and a key that nobody asked for is refused."""

import math
from datetime import datetime
from pathlib import Path

from calibration.errors import BadSite
from inventory_core.messages import Message, tell

ZONED = tell("a time with a zone, such as 2026-11-20T09:30:00+08:00")


class Table:
    """Typed reads of a TOML table; `finish` refuses what was left over, so that a mistyped key cannot pass unseen."""

    def __init__(self, file: Path, name: str, values: dict[str, object]) -> None:
        self.file = file
        self._name = name
        self._values = values
        self._known: set[str] = set()

    def wrong(self, key: str, expected: Message, found: object) -> BadSite:
        where = ".".join(part for part in (self._name, key) if part)
        return BadSite("site file {file}: {key} should be {expected}, found {found}; see docs/site.md",
                       file=self.file, key=where, expected=expected, found=found)

    def finish(self) -> None:
        """Raise BadSite for a key that is not documented."""
        for key in self._values:
            if key not in self._known:
                raise BadSite(
                    "site file {file}: unknown key {key}; known here: {known}; see docs/site.md", code="unknown_key",
                    file=self.file, key=".".join(part for part in (self._name, key) if part),
                    known=", ".join(sorted(self._known)),
                )

    def has(self, key: str) -> bool:
        self._known.add(key)
        return key in self._values

    def _value(self, key: str, expected: Message) -> object:
        if not self.has(key):
            raise self.wrong(key, expected, tell("nothing"))
        return self._values[key]

    def table(self, key: str) -> "Table":
        value = self._value(key, tell("a table"))
        if not isinstance(value, dict):
            raise self.wrong(key, tell("a table"), value)
        return Table(self.file, f"{self._name}.{key}".lstrip("."), value)

    def tables(self, key: str) -> list["Table"]:
        expected = tell("one [[{key}]] table for each", key=key)
        values = self._value(key, expected)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, expected, values)
        return [Table(self.file, f"{key}[{number}]", value) for number, value in enumerate(values, 1)]

    def number(self, key: str, *, above: float | None = None, default: float | None = None) -> float:
        expected = tell("a number") if above is None else tell("a number above {least}", least=f"{above:g}")
        if default is not None and not self.has(key):
            return default
        value = self._value(key, expected)
        return self._finite(key, value, expected, above)

    def _finite(self, key: str, value: object, expected: Message, above: float | None = None) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(key, expected, value)
        if above is not None and value <= above:
            raise self.wrong(key, expected, value)
        return float(value)

    def whole(self, key: str, *, least: int) -> int:
        expected = tell("a whole number of at least {least}", least=least)
        value = self._value(key, expected)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.wrong(key, expected, value)
        return value

    def numbers(self, key: str, count: int) -> list[float]:
        expected = tell("{n} numbers", n=count)
        values = self._value(key, expected)
        if not isinstance(values, list) or len(values) != count:
            raise self.wrong(key, expected, values)
        return [self._finite(key, value, expected) for value in values]

    def point(self, key: str) -> list[float]:
        """A point [x, y] in px."""
        return self.numbers(key, 2)

    def boxes(self, key: str) -> list[list[float]]:
        """Boxes [left, top, right, bottom] in px; none where the key is not there."""
        if not self.has(key):
            return []
        expected = tell("boxes [left, top, right, bottom] in px")
        values = self._values[key]
        if not isinstance(values, list) or not all(isinstance(box, list) and len(box) == 4 for box in values):
            raise self.wrong(key, expected, values)
        return [[self._finite(key, value, expected) for value in box] for box in values]

    def text(self, key: str, *, default: str | None) -> str | None:
        if not self.has(key):
            return default
        value = self._values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, tell("a text"), value)
        return value

    def instant(self, key: str) -> datetime | None:
        if not self.has(key):
            return None
        value = self._values[key]
        if not isinstance(value, datetime):
            raise self.wrong(key, ZONED, value)
        return value
