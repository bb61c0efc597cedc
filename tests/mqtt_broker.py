"""A real broker for tests: mosquitto on a free port of this machine, and somebody who listens to all that is said."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD = "shelf", "Kanarienvogel-7f3a"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Mosquitto:
    """The broker; only USER with PASSWORD may enter."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None = None, more: str = "") -> None:
        """`certificate` and its key: by TLS alone; `more` lines of its configuration."""
        self._folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        passwords = folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), USER, PASSWORD], check=True, capture_output=True)
        passwords.chmod(0o644)
        folder.chmod(0o755)
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\npersistence false\nuser root\n"
            + ("" if certificate is None else f"certfile {certificate[0]}\nkeyfile {certificate[1]}\n") + more)

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> "Mosquitto":
        self._process = subprocess.Popen(["mosquitto", "-c", str(self._folder / "mosquitto.conf")], stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)  # fmt: skip
        deadline_s = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert time.monotonic() < deadline_s
                threading.Event().wait(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Ear:
    """Hears every message under `topic`, and speaks."""

    def __init__(self, port: int, topic: str, ca_file: Path | None = None) -> None:
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self.heard: list[tuple[str, bytes, bool]] = []
        self._topic = topic
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(USER, PASSWORD)
        if ca_file is not None:
            self._client.tls_set(ca_certs=str(ca_file))
        ready = threading.Event()
        self._client.on_connect = lambda client, *_: client.subscribe(f"{topic}/#", qos=1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = lambda client, data, message: self.heard.append(
            (message.topic.removeprefix(f"{topic}/"), message.payload, message.retain))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(10)

    def say(self, payload: str | bytes, *, retain: bool = False) -> None:
        self._client.publish(self._topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def of(self, name: str) -> list[bytes]:
        return [payload for topic, payload, _ in self.heard if topic == name]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    deadline_s = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline_s
        threading.Event().wait(0.02)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    made, key = folder / "broker.pem", folder / "broker.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-out", str(made), "-keyout", str(key)], check=True, capture_output=True)
    return made, key


def needed() -> None:
    """Skips where there is no broker or no library."""
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed: pip install 'paho-mqtt>=2.2'")
