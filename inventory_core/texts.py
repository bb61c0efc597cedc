"""Text from outside, checked before it becomes part of the book: no control characters, nothing that cannot be stored."""

import re

from inventory_core.errors import BadValue

MAX_CODE_CHARS = 100
"""Longest SKU, shelf, location, account or reference."""
MAX_NAME_CHARS = 400
"""Longest name for people."""
_NOT_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def check_text(field: str, text: str, max_chars: int = MAX_CODE_CHARS, *, may_be_empty: bool = False) -> None:
    """Refuse text that is empty, too long, or holds characters that no label can show. Raises BadValue."""
    if not may_be_empty and not text.strip():
        raise BadValue("{field} is empty", field=field)
    if len(text) > max_chars:
        raise BadValue(
            "{field} has {n} characters; {most} are the most that the book takes", field=field, n=len(text), most=max_chars
        )
    if _NOT_PRINTED.search(text):
        raise BadValue("{field} holds a control character; type it again without", field=field)
