"""Debian's chromium, driven over its own pipe (the DevTools protocol, one JSON document per NUL): clicks, keys, screenshots."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_S = 90.0


Pipe = tuple[int, int]
"""Where a browser takes orders, and where it answers."""


class Page:
    """One tab that shares nothing with others. What fails in it is raised here."""

    def __init__(self, pipe: Pipe) -> None:
        self._orders, self._answers = pipe
        self._number, self._rest = 0, b""
        self.session: str | None = None
        self._context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=self._context)["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "DOM"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        self.session = None
        self.call("Target.disposeBrowserContext", browserContextId=self._context)

    def call(self, method: str, **params: object) -> Any:
        self._number += 1
        order: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self.session:
            order["sessionId"] = self.session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            told = self._next(deadline_s)
            if told.get("id") == self._number:
                assert "error" not in told, told["error"]
                return told["result"]
            if told.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(told["params"]["exceptionDetails"]["exception"]["description"])
            if told.get("method") == "Log.entryAdded" and told["params"]["entry"]["source"] == "security":
                self.complaints.append(told["params"]["entry"]["text"])

    def _next(self, deadline_s: float) -> Any:
        while b"\0" not in self._rest:
            assert select.select([self._answers], [], [], max(0.0, deadline_s - time.monotonic()))[0], "chromium is silent"
            got = os.read(self._answers, 1 << 20)
            assert got, "chromium ended"
            self._rest += got
        told, _, self._rest = self._rest.partition(b"\0")
        return json.loads(told)

    def js(self, text: str) -> Any:
        """The value of an expression; a promise is waited for."""
        told = self.call("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, text: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until an expression is true."""
        deadline_s = time.monotonic() + patience_s
        while not self.js(f"!!({text})"):
            assert time.monotonic() < deadline_s, (text, self.complaints, self.js("document.body.innerText")[-1500:])
            select.select([], [], [], 0.05)

    def size(self, width_px: int, height_px: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width_px, height=height_px, deviceScaleFactor=1,
                  mobile=width_px < 600)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def fill(self, selector: str, value: str) -> None:
        at = json.dumps(selector)
        self.js(f"(e => {{ e.value = {json.dumps(value)}; e.dispatchEvent(new Event('input', {{bubbles: true}}));"
                f" e.dispatchEvent(new Event('change', {{bubbles: true}})); }})(document.querySelector({at}))")

    def click(self, selector: str) -> None:
        x, y = self.middle(selector)
        self.mouse("mousePressed", x, y)
        self.mouse("mouseReleased", x, y)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where an element is, after it was scrolled into view."""
        x, y = self.js(f"(e => {{ e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
                       f" const b = e.getBoundingClientRect();"
                       f" return [b.x + b.width / 2, b.y + b.height / 2]; }})(document.querySelector({json.dumps(selector)}))")
        return float(x), float(y)

    def mouse(self, kind: str, x: float, y: float) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=int(kind != "mouseReleased"),
                  clickCount=1)

    def press(self, key: str, *, shift: bool = False) -> None:
        codes = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, "Enter": 13}
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key],
                      modifiers=8 if shift else 0, **text)

    def upload(self, selector: str, file: Path) -> None:
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def shoot(self, file: Path) -> None:
        """The whole page as PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def chromium(profile: Path) -> Iterator[Pipe]:
    """A browser, ended with the block."""
    assert CHROMIUM is not None
    orders_read, orders = os.pipe()
    answers, answers_write = os.pipe()

    def numbered() -> None:
        os.dup2(orders_read, 63)
        os.dup2(answers_write, 64)
        os.dup2(63, 3)
        os.dup2(64, 4)

    process = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}",
         "--remote-debugging-pipe", "--force-prefers-reduced-motion"],
        close_fds=False, preexec_fn=numbered, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    os.close(orders_read)
    os.close(answers_write)
    try:
        yield orders, answers
    finally:
        process.kill()
        process.wait()
        os.close(orders)
        os.close(answers)
