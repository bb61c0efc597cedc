"""The one table from the stable codes of all rooms to HTTP statuses and titles."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory_core.messages import Message, tell


@dataclass(frozen=True, slots=True)
class Kind:
    """How one code answers: the status, and the short title that never varies between occurrences."""

    status: int
    title: Message


KINDS: Mapping[str, Kind] = {
    # asked wrongly
    "bad_request": Kind(400, tell("The request cannot be read")),
    "idempotency_key_required": Kind(400, tell("An Idempotency-Key is required")),
    "unauthorized": Kind(401, tell("A valid API key is required")),
    "forbidden": Kind(403, tell("This key may not do that")),
    "self_approval": Kind(403, tell("Another person must agree")),
    "service_account": Kind(403, tell("A service account may not decide this")),
    "not_found": Kind(404, tell("Nothing is here")),
    "unknown_sku": Kind(404, tell("The book has no such SKU")),
    "unknown_location": Kind(404, tell("The book has no such location")),
    "unknown_camera": Kind(404, tell("There is no such camera")),
    "unknown_name": Kind(404, tell("The gallery has no such name")),
    "picture_gone": Kind(410, tell("The picture is no longer kept")),
    "method_not_allowed": Kind(405, tell("This route does not take that method")),
    "too_large": Kind(413, tell("The body is too large")),
    "unsupported_media_type": Kind(415, tell("A body of this kind is not taken here")),
    "too_many_requests": Kind(429, tell("Too many requests")),
    # refused by the book as it stands
    "duplicate_sku": Kind(409, tell("The SKU exists already")),
    "duplicate_location": Kind(409, tell("The location exists already")),
    "duplicate_movement": Kind(409, tell("Another movement has this id")),
    "insufficient_stock": Kind(409, tell("Not enough stock")),
    "already_resolved": Kind(409, tell("This was decided already")),
    "order_held": Kind(409, tell("The adjustment is held")),
    "idempotency_in_progress": Kind(409, tell("The first request with this Idempotency-Key is still running")),
    # not as documented
    "invalid_body": Kind(422, tell("The request is not as documented")),
    "idempotency_key_reused": Kind(422, tell("This Idempotency-Key was used with another body")),
    "bad_cursor": Kind(422, tell("The cursor is not one of ours")),
    "bad_check_character": Kind(422, tell("The check character of the code is wrong")),
    "bad_sign": Kind(422, tell("The sign of the units does not fit the kind of movement")),
    "gift_without_order": Kind(422, tell("A gift must cite its order")),
    "photo_required": Kind(422, tell("A photo is required")),
    "return_without_sale": Kind(422, tell("A return must cite its sale")),
    "return_exceeds_sale": Kind(422, tell("More comes back than was sold")),
    "time_without_zone": Kind(422, tell("The time has no zone")),
    "bad_value": Kind(422, tell("A value is out of range")),
    "bad_labels": Kind(422, tell("The labels are not as documented")),
    "bad_sku": Kind(422, tell("The SKU cannot be taken")),
    "bad_site": Kind(422, tell("The site file is not as documented")),
    "bad_survey": Kind(422, tell("The survey makes no bay")),
    "unknown_key": Kind(422, tell("A key is not as documented")),
    "bad_row": Kind(422, tell("A row cannot be taken")),
    "bad_table": Kind(422, tell("The table is not as documented")),
    "unreadable_input": Kind(422, tell("The input cannot be read")),
    "not_a_picture": Kind(415, tell("The upload is not a picture")),
    "empty": Kind(422, tell("The upload is empty")),
    "truncated": Kind(422, tell("The picture is cut off")),
    "too_small": Kind(422, tell("The picture is too small")),
    "usage": Kind(422, tell("The request is not as documented")),
    "ledger_error": Kind(422, tell("The book refuses this")),
    "missing": Kind(422, tell("The input is missing")),
    "not_a_video": Kind(422, tell("The input is not a video")),
    "edge_error": Kind(422, tell("The request is not as documented")),
    # our side
    "not_yet": Kind(501, tell("This part is not built yet")),
    "store_error": Kind(503, tell("The book cannot be used at the moment")),
    "site_not_written": Kind(503, tell("The site file cannot be written")),
    "disk_full": Kind(507, tell("There is no room left")),
    "book_damaged": Kind(503, tell("The book is damaged")),
    "cannot_mask": Kind(503, tell("No picture can be kept at the moment")),
    "cannot_count": Kind(503, tell("This server cannot count at the moment")),
    "model_error": Kind(503, tell("This server cannot count at the moment")),
    "bad_model_file": Kind(503, tell("This server cannot count at the moment")),
    "bad_manifest": Kind(503, tell("This server cannot count at the moment")),
    "bad_backend": Kind(503, tell("This server cannot count at the moment")),
    "bad_tuning": Kind(503, tell("This server cannot count at the moment")),
    "bad_model_choice": Kind(503, tell("This server cannot count at the moment")),
    "bad_model_card": Kind(503, tell("This server cannot count at the moment")),
    "golden_failed": Kind(503, tell("This server cannot count at the moment")),
    "bad_array": Kind(503, tell("This server cannot count at the moment")),
    "bad_geometry": Kind(503, tell("This server cannot count at the moment")),
    "calibration_error": Kind(503, tell("This server cannot count at the moment")),
    "bad_lens_pictures": Kind(503, tell("This server cannot count at the moment")),
    "wrong_camera": Kind(503, tell("This server cannot count at the moment")),
    "no_camera": Kind(503, tell("The camera does not answer")),
    "camera_silent": Kind(503, tell("The camera does not answer")),
    "camera_garbled": Kind(503, tell("The camera does not answer")),
    "camera_opening": Kind(503, tell("The camera does not answer")),
    "camera_crashed": Kind(503, tell("The camera does not answer")),
    "camera_busy": Kind(503, tell("Another program reads the camera")),
    "missing_extra": Kind(503, tell("A part of this program is not installed")),
    "check_failed": Kind(503, tell("The server's own check failed")),
    "interrupted": Kind(503, tell("The server stopped meanwhile")),
    "gallery_changed": Kind(409, tell("The gallery was changed meanwhile")),
    "bad_gallery": Kind(503, tell("This server cannot count at the moment")),
    "internal": Kind(500, tell("The server failed")),
}


def kind_of(code: str) -> Kind:
    """The row of a code; a code without one is a fault of ours."""
    return KINDS.get(code, KINDS["internal"])
