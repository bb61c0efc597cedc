"""Network cameras as they are built: chunked, without lengths, behind a password; what is not MJPEG goes to FFmpeg."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest

from edge.capture.camera import VideoGrabber, open_grabber
from edge.capture.mjpeg import MjpegGrabber
from edge.capture.rig import numbered
from edge.clock import SystemClock
from edge.errors import UnreadableInput
from tests.edge.capture.test_quality import shelf

SENT = [numbered(number) for number in range(1, 6)]
WHO = "Basic " + base64.b64encode(b"shop:a b").decode()


class Cameras(BaseHTTPRequestHandler):
    """/chunked, /bare (no lengths), /locked (a password), /video (a file), anything else is not there."""

    protocol_version = "HTTP/1.1"
    video = b""

    def do_GET(self) -> None:
        if self.path == "/video":
            self.answer("video/x-msvideo", ("Content-Length", str(len(self.video))))
            self.wfile.write(self.video)
        elif self.path == "/chunked?size=5" or (self.path == "/locked" and self.headers["Authorization"] == WHO):
            self.answer("multipart/x-mixed-replace;boundary=--9876", ("Transfer-Encoding", "chunked"))
            for data in SENT:
                for piece in (b"\r\n--9876\r\n", b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(data), data):
                    self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/bare":
            self.answer("multipart/x-mixed-replace; boundary=b", ("Connection", "close"))
            self.wfile.write(b"".join(b"--b\nContent-Type: image/jpeg\n\n" + data + b"\n" for data in SENT) + b"--b--\n")
        else:
            self.send_error(401 if self.path == "/locked" else 404)
        self.close_connection = True

    def answer(self, kind: str, head: tuple[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header(*head)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cameras)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("address", ["http://{}/chunked?size=5", "http://{}/bare", "http://shop:a%20b@{}/locked"])
def test_every_picture_of_every_kind_of_camera_arrives_until_it_ends(host: str, address: str) -> None:
    grabber, _ = open_grabber(address.format(host), SystemClock())
    assert isinstance(grabber, MjpegGrabber)
    for data in SENT:
        grabber.grab()
        assert data == grabber.retrieve()
    with pytest.raises(UnreadableInput) as refused:
        grabber.grab()
    assert "camera_silent" == refused.value.code
    grabber.close()


@pytest.mark.parametrize("address", ["http://{}/none", "http://shop:wrong@{}/locked", "http://127.0.0.1:9/", "http://[::", "http://{}/ä"])
def test_an_address_that_refuses_is_no_camera(host: str, address: str) -> None:
    with pytest.raises(UnreadableInput) as refused:
        open_grabber(address.format(host), SystemClock())
    assert "no_camera" == refused.value.code


def test_what_is_not_mjpeg_is_left_to_ffmpeg(host: str, tmp_path: Path) -> None:
    path = tmp_path / "v.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 480))
    for number in range(3):
        writer.write(shelf(number))
    writer.release()
    Cameras.video = path.read_bytes()
    grabber, _ = open_grabber(f"http://{host}/video", SystemClock())
    assert isinstance(grabber, VideoGrabber)
    grabber.grab()
    image = grabber.retrieve()
    assert not isinstance(image, bytes)
    assert (480, 640, 3) == image.shape
    grabber.close()
