"""The log: lines of JSON or text that name the request and its count, and never a secret."""

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.logs import Correlation, about, correlation_of, events, log_as

CANARY = "Kanarienvogel-7f3a"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def written(form: str) -> io.StringIO:
    stream = io.StringIO()
    log_as(form, stream)
    return stream


def test_a_json_line_names_what_it_is_about() -> None:
    stream = written("json")
    with about(Correlation("r-1", "4bf92f3577b34da6a3ce929d0e0e4736"), count="c-1"):
        events("counts").info("count_started", camera="门口", reasons=["dark"])
    events("counts").info("later")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert {"event": "count_started", "level": "info", "logger": "shelfcount.counts", "request_id": "r-1", "count": "c-1",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "camera": "门口", "reasons": ["dark"]} == {
        name: value for name, value in first.items() if name != "at"}
    assert first["at"].endswith("Z")
    assert "request_id" not in second


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_failure_tells_its_traceback_and_lines_of_libraries_go_the_same_way(form: str) -> None:
    stream = written(form)
    with about(Correlation("r-2")):
        try:
            raise ValueError("out of order")
        except ValueError:
            events("counts").exception("count_broke")
            logging.getLogger("shelfcount.keeper").exception("the task %s fails", "shifts")
        logging.getLogger("uvicorn.error").warning("invalid request")
        logging.getLogger("uvicorn.error").info("not told")
    text = stream.getvalue()
    assert (2, 3, True) == (text.count("ValueError: out of order"), text.count("r-2"), "the task shifts fails" in text)
    assert "not told" not in text
    assert form == "text" or 3 == len([json.loads(line) for line in text.splitlines()])


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_reaches_a_line(form: str) -> None:
    stream = written(form)
    log = events("counts")
    log.warning("camera_lost", spec=f"rtsp://owner:{CANARY}@10.0.0.4/live", key=f"sc_{CANARY}", header=f"Bearer {CANARY}")
    log.warning("camera_lost", spec=f"rtsp://owner:p@{CANARY}@10.0.0.5/live", other=f"rtsp://owner:pa/{CANARY}@10.0.0.6/live")
    log.warning("camera_lost", spec=f"http://cam/video.cgi?user=a&pwd={CANARY}", other=f"http://cam/?Token={CANARY}&size=2")
    logging.getLogger("urllib3").warning("GET http://owner:%s@10.0.0.4/ failed: Basic %s", CANARY, CANARY)
    try:
        raise RuntimeError(f"mqtts://owner:{CANARY}@broker refused")
    except RuntimeError:
        log.exception("count_broke")
    assert ("", 0) == ("" if "***@10.0.0.4/live" in stream.getvalue() else stream.getvalue(), stream.getvalue().count(CANARY))


def test_nothing_is_written_before_a_server_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    events("counts").info("count_started")
    assert ("", "") == tuple(capsys.readouterr())


@pytest.mark.parametrize(("headers", "expected"), [
    ([(b"x-request-id", b"r-1")], Correlation("r-1")),
    ([(b"x-request-id", b"r-1"), (b"traceparent", PARENT.encode())], Correlation("r-1", PARENT[3:35], "01")),
    ([(b"x-request-id", b"two\nlines")], None),
    ([(b"x-request-id", b"x" * 129)], None),
    ([(b"traceparent", b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01")], None),
    ([(b"traceparent", b"ff" + PARENT[2:].encode())], None),
    ([], None),
])
def test_callers_name_their_requests(headers: list[tuple[bytes, bytes]], expected: Correlation | None) -> None:
    assert expected == correlation_of(headers)


def test_a_trace_goes_on_as_a_step_of_its_own() -> None:
    cause = correlation_of([(b"traceparent", PARENT.encode())])
    assert cause is not None
    parent = cause.parent() or ""
    assert (PARENT[:36], PARENT[-3:], True) == (parent[:36], parent[-3:], PARENT != parent)
    assert correlation_of([(b"traceparent", parent.encode())]) is not None
    assert Correlation("r-1").parent() is None


TEXTS = st.text("ab \n\r\"'=\\\x1b", max_size=8)


@given(st.dictionaries(st.sampled_from("abc"), TEXTS | st.integers() | st.none() | st.lists(TEXTS, max_size=3), max_size=3))
def test_a_line_is_a_line(fields: dict[str, object]) -> None:
    for form in ("json", "text"):
        stream = written(form)
        events("counts").info("count_started", **fields)
        assert 1 == len(stream.getvalue().split("\n")) - 1
        if form == "json":
            assert fields.keys() <= json.loads(stream.getvalue()).keys()
