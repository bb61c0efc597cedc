"""Messages in the user's language: one catalogue (gettext .po, read by babel) for commands, pages, reports and errors.

The English template is the message id. `tests/test_messages.py` fails when a template in the code has no Chinese.
"""

import enum
import errno
import functools
import locale
import os
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from inventory_core.messages import Message, Told, tell

_LOCALE = Path(__file__).parent / "web" / "locale"


_SYSTEM: Mapping[str, Message] = {os.strerror(number): message for number, message in (
    (errno.ENOENT, tell("there is no such file or folder")),
    (errno.EACCES, tell("this account may not do that")),
    (errno.EPERM, tell("this account may not do that")),
    (errno.EISDIR, tell("it is a folder")),
    (errno.ENOTDIR, tell("a part of the path is no folder")),
    (errno.ENOSPC, tell("the disk is full")),
    (errno.EROFS, tell("the disk is read-only")),
    (errno.EIO, tell("the disk or device failed")),
    (errno.EADDRINUSE, tell("something else uses this address already")),
    (errno.EADDRNOTAVAIL, tell("this machine does not have this address")),
)}
"""The operating system's own reasons, which arrive as fields of our messages: they have a translation as well."""


class Lang(enum.StrEnum):
    ZH = "zh"
    EN = "en"


def default_lang() -> Lang:
    """zh where the environment's locale says zh, else en."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return Lang.ZH if value.lower().startswith("zh") else Lang.EN
    return Lang.ZH if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else Lang.EN


@functools.cache
def _catalog(lang: Lang) -> Catalog | None:
    if lang is Lang.EN:
        return None
    with (_LOCALE / lang.value / "shelfcount.po").open("rb") as file:
        return read_po(file, locale=lang.value)


class Translator:
    """Says messages in one language. Fields that are messages are translated too; moments are told in `zone` (None: the
    machine's own), with its distance from UTC, so that nobody takes one zone's time for another's."""

    def __init__(self, lang: Lang, zone: tzinfo | None = None) -> None:
        self.lang = lang
        self.zone = zone

    def __call__(self, template: str, /, **params: object) -> str:
        text = template
        catalog = _catalog(self.lang)
        if catalog is not None and (entry := catalog.get(template)) is not None and entry.string:
            text = str(entry.string)
        return text.format(**{k: self._value(v) for k, v in params.items()}) if params else text

    def say(self, told: Message | Told) -> str:
        message = told.message if isinstance(told, Told) else told
        return self(message.template, **message.params)

    def _value(self, value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(self.zone).isoformat(" ", "minutes")
        if isinstance(value, str) and value in _SYSTEM:
            return self.say(_SYSTEM[value])
        return self.say(value) if isinstance(value, Message | Told) else value
