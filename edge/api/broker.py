"""Where counts are asked for by MQTT: the broker and the topic, from the settings."""

import re
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from edge.errors import UsageFault
from edge.passwords import without_secrets
from edge.settings import Settings

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_NO_LEVEL = re.compile(r"[+#/\s\x00-\x1f\x7f-\x9f]+")
"""What one level of a topic cannot hold (MQTT 3.1.1, 4.7), and white space; shops and shelves are called in any language."""
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
    scheme, host, port = _address(settings.mqtt)
    topic = settings.mqtt_topic or f"shelfcount/{_NO_LEVEL.sub('-', name or socket.gethostname()).strip('-') or 'shelf'}/count"
    if len(topic) > _LONGEST_TOPIC or re.search(r"[+#\x00-\x1f]", topic) or topic.startswith(("/", "$")) or topic.endswith("/"):
        raise UsageFault("setting mqtt_topic is a topic without wildcards such as shelfcount/shop-1/count, got {given}",
                         given=topic)
    if settings.mqtt_password_file is not None and settings.mqtt_user is None:
        raise UsageFault("setting mqtt_password_file is given without mqtt_user, so the password would not be sent; give both")
    return Broker(host, port, scheme == "mqtts", topic, settings.mqtt_user, _password(settings.mqtt_password_file),
                  _authorities(settings.mqtt_ca_file))  # fmt: skip


def _address(given: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises UsageFault, which repeats nothing that may be a password."""
    try:
        parts = urlsplit(given)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.password is not None or parts.username is not None:
        raise UsageFault("setting mqtt holds a user or a password; give them by mqtt_user and mqtt_password_file")
    more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in _PORTS or not parts.hostname or not port or more:
        _, mark, end = given.rpartition("@")
        raise UsageFault("setting mqtt is mqtt://HOST[:PORT] or mqtts://HOST[:PORT], got {given}",
                         given=without_secrets(f"***@{end}" if mark else given))
    return parts.scheme, parts.hostname, port


def _authorities(file: Path | None) -> Path | None:
    """The file, which holds certificates."""
    if file is None:
        return None
    if not file.is_file():
        raise UsageFault("setting mqtt_ca_file: {file} does not exist", file=file)
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:  # ssl.SSLError is one
        raise UsageFault("setting mqtt_ca_file: {file} holds no certificates (PEM) that can be read; give the certificate of "
                         "the authority that signed the broker's, a text that begins with -----BEGIN CERTIFICATE-----",
                         file=file) from error
    return file


def _password(file: Path | None) -> str | None:
    """The first line of the file."""
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault("setting mqtt_password_file: {file} cannot be read: {why}", file=file,
                         why=getattr(error, "strerror", None) or error) from error
