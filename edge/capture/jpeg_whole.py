"""Whether a JPEG holds all its blocks: most decoders fill up without a word what was lost on the way, a strict one says so."""

import simplejpeg

_BENIGN = "extraneous bytes before marker 0xd9"
"""Padding behind the last block, which many a webcam sends: nothing of the picture is lost."""


def is_complete(data: bytes) -> bool:
    """False for a JPEG of which a part of the picture's data is missing, and for what cannot be decoded at all."""
    try:
        simplejpeg.decode_jpeg(data, "GRAY", min_factor=8, fastdct=True)
    except ValueError as error:
        return _BENIGN in str(error)
    return True
