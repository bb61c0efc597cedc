"""The form of an adjustment order: what is asked as JSON, and photos of the place; checked before anything is taken."""

import hashlib
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from edge.api.deps import Desk
from edge.api.memory_form import memory_form
from edge.api.refusals import BadBody, UnsupportedMediaType
from edge.api.schemas.writes import NewAdjustment
from edge.capture.pictures import decode_picture
from inventory_core.adjustments import OrderPhoto
from inventory_core.messages import Told

_ORDER_BYTES = 65_536

ORDER_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "multipart/form-data": {"schema": {
        "type": "object", "required": ["order", "photo"], "additionalProperties": False, "properties": {
            "order": {**NewAdjustment.model_json_schema(), "description": "JSON."},
            "photo": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": 5,
                      "description": "The place with its shelf label and the product: JPEG, PNG, WebP, BMP, GIF or TIFF."},
        }}},
}}}
"""What the OpenAPI document says of it."""


@dataclass(frozen=True, slots=True)
class AskedAdjustment:
    """An order and the bytes of its photos, as uploaded."""

    order: NewAdjustment
    photos: tuple[bytes, ...]

    @property
    def meaning(self) -> list[object]:
        """What makes two orders the same."""
        return [self.order.model_dump(mode="json"), [hashlib.sha256(photo).hexdigest() for photo in self.photos]]

    def looked_at(self, desk: Desk) -> tuple[OrderPhoto, ...]:
        """The photos kept as evidence, with what the eye says of each. Raises UnreadableInput, ModelError where a network does
        not answer, CannotMask and DiskFull: then none is kept."""
        pictures = [decode_picture(photo, "`photo`", desk.settings.max_pixels).image for photo in self.photos]
        verdicts = [desk.judge.judge(photo) for photo in self.photos]
        kept: list[str] = []
        try:
            for picture in pictures:
                kept.append(desk.evidence.keep(picture))
        except Told:
            for name in kept:
                desk.evidence.drop(name)
            raise
        return tuple(OrderPhoto(name, hashlib.sha256(photo).hexdigest(), verdict)
                     for name, photo, verdict in zip(kept, self.photos, verdicts, strict=True))  # fmt: skip


async def asked_for(request: Request, desk: Desk) -> AskedAdjustment:
    """Raises UnsupportedMediaType, BadBody or RequestValidationError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise UnsupportedMediaType("an adjustment is ordered with multipart/form-data, got {kind}",
                                   kind=kind or "no Content-Type")
    most = desk.limits.photos_per_order
    async with desk.uploads, memory_form(request, max_files=most + 1, max_fields=1, max_part_size=_ORDER_BYTES) as form:
        return await _of_form(list(form.multi_items()), most)


async def _of_form(fields: list[tuple[str, UploadFile | str]], most: int) -> AskedAdjustment:
    order: bytes | None = None
    photos: list[bytes] = []
    for name, value in fields:
        if name == "order" and order is None:
            order = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else await value.read()
        elif name == "photo" and isinstance(value, UploadFile) and len(photos) < most:
            photos.append(await value.read())
        else:
            raise BadBody("the form has a field {field} that is not as documented; it takes one `order` with JSON and up to "
                          "{most} files `photo`", field=name, most=most)
    if order is None:
        raise BadBody("the form has no field `order`; send the order there as JSON")
    try:
        return AskedAdjustment(NewAdjustment.model_validate_json(order[:_ORDER_BYTES]), tuple(photos))
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", "order", *e["loc"])} for e in error.errors()]) from error
