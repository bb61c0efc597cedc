"""A message for people: an English template with named fields, translated at the edge and nowhere else.

Every room raises errors of its own base, and each base is a `Told`: the edge looks the template up in the message
catalogue of the user's language and fills in the fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Message:
    """`template` with `{named}` fields and their values; `str()` is the English text, with moments in UTC."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**{k: _plain(v) for k, v in self.params.items()}) if self.params else self.template


def _plain(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def tell(template: str, /, **params: object) -> Message:
    """Mark `template` for translation and bind its fields."""
    return Message(template, params)


class Told(Exception):
    """An error that explains itself: what is wrong, where, and the mend.

    `code` is the stable machine name (snake_case) of the kind of error; API problems carry it unchanged.
    """

    code: str = "error"

    def __init__(self, template: str, /, *, code: str | None = None, **params: object) -> None:
        self.message = Message(template, params)
        if code is not None:
            self.code = code
        super().__init__(str(self.message))
