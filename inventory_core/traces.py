"""Trace codes: what an action is looked up by, short enough to be read aloud: `DAB-7K9M2P`."""

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet: no I, L, O, U, so that a code read aloud or from paper is not taken for another."""


def trace_code(prefix: str, digest: bytes) -> str:
    """`DAB-7K9M2P`: a prefix and six signs, 30 bits of the digest."""
    number = int.from_bytes(digest[-4:])
    return f"{prefix}-{''.join(_SIGNS[number >> 5 * place & 31] for place in range(6))}"
