"""The form with which somebody settles a spot check: a photo of the goods or of the paper, and what was found."""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request

from edge.api.deps import Desk
from edge.api.memory_form import memory_form
from edge.api.refusals import BadBody, UnsupportedMediaType
from edge.capture.pictures import decode_picture
from inventory_core.ids import MovementId
from inventory_core.texts import MAX_NAME_CHARS

_NOTE_BYTES = 4 * MAX_NAME_CHARS

SPOT_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "multipart/form-data": {"schema": {
        "type": "object", "required": ["photo"], "additionalProperties": False, "properties": {
            "photo": {"type": "string", "format": "binary",
                      "description": "The goods or the paper: JPEG, PNG, WebP, BMP, GIF or TIFF."},
            "note": {"type": "string", "maxLength": MAX_NAME_CHARS,
                     "description": "What was found; required to refute."},
        }}},
}}}
"""What the OpenAPI document says of it."""


def photo_at(movement: MovementId) -> str:
    """Where the photo of a settled movement is."""
    return f"/v2/insight/spot-check/{quote(movement, safe='')}/photo"


@dataclass(frozen=True, slots=True)
class Looked:
    """The bytes of the photo as uploaded (None: there is none), and the note."""

    photo: bytes | None
    note: str

    @property
    def meaning(self) -> list[object]:
        """What makes two of them the same."""
        return [self.note, None if self.photo is None else hashlib.sha256(self.photo).hexdigest()]

    def kept(self, desk: Desk) -> str | None:
        """The name of the photo, kept as evidence. Raises UnreadableInput, DiskFull."""
        if self.photo is None:
            return None
        return desk.evidence.keep(decode_picture(self.photo, "`photo`", desk.settings.max_pixels).image)


async def looked(request: Request, desk: Desk) -> Looked:
    """Raises UnsupportedMediaType or BadBody."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise UnsupportedMediaType("a spot check is settled with multipart/form-data, got {kind}",
                                   kind=kind or "no Content-Type")
    photo: bytes | None = None
    note: str | None = None
    async with desk.uploads, memory_form(request, max_files=2, max_fields=2, max_part_size=_NOTE_BYTES) as form:
        for name, value in form.multi_items():
            if name == "photo" and isinstance(value, UploadFile) and photo is None:
                photo = await value.read()
            elif name == "note" and isinstance(value, str) and note is None:
                note = value.strip()
            else:
                raise BadBody("the form has a field {field} that is not as documented; it takes one file `photo` and a text "
                              "`note`", field=name)
    return Looked(photo, note or "")
