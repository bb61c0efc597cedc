"""A camera on the network delivers frames younger than their trigger, however long it was left alone."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from edge.capture.camera import LiveCamera
from edge.clock import SystemClock
from edge.errors import UnreadableInput
from tests.edge.capture.pictures_made import encoded


class Counter(BaseHTTPRequestHandler):
    """Streams MJPEG; every picture shows its number as eight bars. After `silent` nothing more comes until `over`."""

    shown = 0
    silent, over = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            while not Counter.silent.is_set():
                Counter.shown = (Counter.shown + 1) % 256
                picture = np.zeros((96, 128, 3), np.uint8)
                for bit in range(8):
                    picture[:, 16 * bit : 16 * bit + 16] = 255 * (Counter.shown >> bit & 1)
                data = encoded(".jpg", picture)
                head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(data)
                self.wfile.write(head + data + b"\r\n")
                time.sleep(0.02)
            Counter.over.wait(8)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Counter.shown = 0
    Counter.silent.clear()
    Counter.over.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/live.mjpg"
    Counter.silent.set()
    server.shutdown()
    server.server_close()
    thread.join()


def number_on(image: np.ndarray) -> int:
    return sum(1 << bit for bit in range(8) if image[48, 16 * bit + 8].mean() > 128)


def test_a_frame_is_never_older_than_its_trigger(url: str) -> None:
    camera = LiveCamera(url, SystemClock())
    try:
        for pause_s in (0.0, 0.6, 0.1):
            time.sleep(pause_s)
            at_trigger, clock = Counter.shown, SystemClock().now()
            frame = camera.read()
            assert frame is not None
            assert frame.captured_at is not None
            assert frame.captured_at >= clock
            assert (number_on(frame.image) - at_trigger) % 256 < 128
    finally:
        camera.close()


def test_a_camera_that_falls_silent_is_noticed(url: str) -> None:
    camera = LiveCamera(url, SystemClock(), patience_s=1.5)
    try:
        assert camera.read() is not None
        Counter.silent.set()
        time.sleep(0.1)
        before = time.monotonic()
        with pytest.raises(UnreadableInput) as refused:
            camera.read()
        assert time.monotonic() - before < 6
        assert "camera_silent" == refused.value.code
    finally:
        Counter.over.set()
        camera.close()
