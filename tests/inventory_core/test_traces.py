"""Trace codes are short, and made of signs that nobody takes for another."""

from hypothesis import given
from hypothesis import strategies as st

from inventory_core.traces import trace_code


@given(st.binary(min_size=4, max_size=32))
def test_a_trace_code_is_a_prefix_and_six_plain_signs(digest: bytes) -> None:
    code = trace_code("DAB", digest)
    assert ("DAB-", 10) == (code[:4], len(code))
    assert not set(code[4:]) & set("ILOUilou")
    assert code == trace_code("DAB", digest)


def test_different_digests_have_different_codes() -> None:
    assert 500 == len({trace_code("MOV", n.to_bytes(4)) for n in range(500)})
