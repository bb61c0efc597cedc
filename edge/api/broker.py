"""Where counts are asked for by MQTT: the broker and the topic, from the settings."""

import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from edge.errors import UsageFault
from edge.settings import Settings

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_TOPIC = 200


@dataclass(frozen=True, slots=True)
class Broker:
    """`topic` takes orders; `topic`/state, /result, /refused and /online tell. `ca_file` are the authorities that a broker
    with TLS is trusted by, None for the system's."""

    host: str
    port: int
    tls: bool
    topic: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


def broker_of(settings: Settings, name: str | None) -> Broker | None:
    """The broker of the settings, None where they name none; `name` is the place's, for the topic (None: the machine's).

    Raises UsageFault for an address, topic or file that does not do.
    """
    if settings.mqtt is None:
        return None
    parts = urlsplit(settings.mqtt)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if parts.password is not None or parts.username is not None:
        raise UsageFault("setting mqtt holds a user or a password; give them by mqtt_user and mqtt_password_file")
    if parts.scheme not in _PORTS or not parts.hostname or not port or parts.path not in ("", "/"):
        raise UsageFault("setting mqtt is mqtt://HOST[:PORT] or mqtts://HOST[:PORT], got {given}", given=settings.mqtt)
    topic = settings.mqtt_topic or f"shelfcount/{_PLAIN.sub('-', name or socket.gethostname()).strip('-') or 'shelf'}/count"
    if len(topic) > _LONGEST_TOPIC or re.search(r"[+#\x00-\x1f]", topic) or topic.startswith(("/", "$")) or topic.endswith("/"):
        raise UsageFault("setting mqtt_topic is a topic without wildcards such as shelfcount/shop-1/count, got {given}",
                         given=topic)
    ca_file = settings.mqtt_ca_file
    if ca_file is not None and not ca_file.is_file():
        raise UsageFault("setting mqtt_ca_file: {file} does not exist", file=ca_file)
    return Broker(parts.hostname, port, parts.scheme == "mqtts", topic, settings.mqtt_user,
                  _password(settings.mqtt_password_file), ca_file)  # fmt: skip


def _password(file: Path | None) -> str | None:
    """The first line of the file."""
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault("setting mqtt_password_file: {file} cannot be read: {why}", file=file,
                         why=getattr(error, "strerror", None) or error) from error
