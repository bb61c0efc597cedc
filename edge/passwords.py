"""What must never be written down: passwords in addresses, keys of the API.

    without_password("rtsp://who:secret@10.0.0.4/live")   # rtsp://10.0.0.4/live
    without_secrets("GET http://cam/live?pwd=secret")     # GET http://cam/live?pwd=***

A password may hold an @ or a slash, so an address loses all up to its last @; of one with an @ in its path alone, too much is
lost rather than too little.
"""

import re

_IN_QUERY = re.compile(r"([?&;][\w.-]*(?:pwd|pas|pass|passwd|password|token|key|auth|secret)=)[^&;#\s\"']*", re.IGNORECASE)
_SECRETS = (
    (re.compile(r"(\w://)[^\s\"']*@"), r"\1***@"),
    (_IN_QUERY, r"\1***"),
    (re.compile(r"\bsc_[A-Za-z0-9_-]{8,}"), "sc_***"),
    (re.compile(r"\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]+"), r"\1 ***"),
)


def without_secrets(text: str) -> str:
    """A text of any kind with each secret in it masked; addresses end at white space or a quote."""
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


def without_password(spec: str) -> str:
    """A camera's address as it may be shown and kept; an index or a path is as it was."""
    return _IN_QUERY.sub(r"\1***", re.sub(r"(\w://).*@", r"\1", spec, flags=re.DOTALL))
