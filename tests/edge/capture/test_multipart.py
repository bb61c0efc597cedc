"""Whole pictures come out of a stream however it was cut up on its way, and what is no picture is passed over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.multipart import MOST_BYTES, NotParts, Parts, boundary_of
from edge.capture.packet import is_whole_jpeg, jpeg_in

BODY = st.binary(min_size=1, max_size=40).filter(lambda body: b"--x" not in body and not body.endswith((b"\n", b"\r")))
BODIES = st.lists(BODY, max_size=5)
ENDS = st.sampled_from([b"\r\n", b"\n"])


def stream(bodies: list[bytes], *, length: bool, end: bytes = b"\r\n") -> bytes:
    heads = [b"Content-Length: %d" % len(body) + end if length else b"" for body in bodies]
    return b"".join(
        b"--x" + end + b"Content-Type: image/jpeg" + end + head + end + body + end
        for head, body in zip(heads, bodies, strict=True)
    ) + b"--x" + end


@settings(deadline=None)
@given(BODIES, st.booleans(), ENDS, st.lists(st.integers(1, 60), max_size=20), st.binary(max_size=9))
def test_the_same_parts_come_out_however_the_stream_is_cut(
    bodies: list[bytes], length: bool, end: bytes, cuts: list[int], before: bytes
) -> None:
    data = before.replace(b"-", b"") + stream(bodies, length=length, end=end)
    parts, got = Parts(b"x"), list[bytes]()
    for size in cuts:
        got += parts.feed(data[:size])
        data = data[size:]
    got += parts.feed(data)
    assert bodies == got


def test_a_wrong_length_costs_two_pictures_and_not_the_stream() -> None:
    whole = [b"\xff\xd8" + bytes([number]) * 50 + b"\xff\xd9" for number in range(1, 4)]
    wrong = b"--x\r\nContent-Length: 80\r\n\r\n" + whole[0][:20] + b"\r\n"
    got = list(Parts(b"x").feed(wrong + stream(whole[1:], length=True)))
    assert [whole[2]] == [part for part in got if is_whole_jpeg(part)]


def test_a_stream_without_any_boundary_is_refused_before_it_fills_the_memory() -> None:
    parts = Parts(b"x")
    assert [] == list(parts.feed(bytes(MOST_BYTES)))
    with pytest.raises(NotParts):
        list(parts.feed(b"0"))


@pytest.mark.parametrize(("kind", "boundary"), [
    ("multipart/x-mixed-replace; boundary=frame", b"frame"), ("multipart/x-mixed-replace;boundary=--myboundary", b"myboundary"),
    ('Multipart/x-mixed-replace; charset=x; Boundary="a b"', b"a b"), ("image/jpeg", None), ("multipart/x-mixed-replace", None),
])  # fmt: skip
def test_the_boundary_is_found_as_cameras_write_it(kind: str, boundary: bytes | None) -> None:
    assert boundary == boundary_of(kind)


def test_half_a_jpeg_is_none() -> None:
    whole = b"\xff\xd8" + bytes(50) + b"\xff\xd9"
    assert [True, True, False, False] == [is_whole_jpeg(each) for each in (whole, whole + bytes(8), whole[:30], whole[2:])]
    assert [whole, whole, None, None] == [jpeg_in(each) for each in (whole, whole + bytes(9000), whole[:30], whole[2:])]
