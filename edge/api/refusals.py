"""What the API itself refuses, before a room is asked.

    ApiError(EdgeError)
     +- Unauthorized             unauthorized               no key, or one that the book does not know
     +- Forbidden                forbidden                  the key's role may not do this
     +- TooManyRequests          too_many_requests          the key's rate limit, or the queue of counts, is full
     +- IdempotencyKeyRequired   idempotency_key_required   a write without a usable Idempotency-Key
     +- IdempotencyInProgress    idempotency_in_progress    the first write under that key is still running
     +- UnsupportedMediaType     unsupported_media_type     a body of another kind than documented
     +- BadBody                  invalid_body               a body that is not as documented
     +- BadCursor                bad_cursor                 a `cursor` that this server never gave
     +- TooLarge                 too_large                  a body or picture above the limits
     +- NotFound                 not_found                  no such count, discrepancy or evidence
     +- UnknownCamera            unknown_camera             a camera name that this server does not have
     +- CannotCount              cannot_count               the server was started without an eye
     +- BadSurvey                bad_survey                 corners, sizes, shelves or places that make no bay
     +- SiteNotWritten           site_not_written           the disk does not take the site file
"""

from edge.errors import EdgeError


class ApiError(EdgeError):
    """Base of what the API refuses; `retry_after_s` goes into the Retry-After header."""

    code = "bad_request"

    def __init__(
        self, template: str, /, *, code: str | None = None, retry_after_s: int | None = None, **params: object
    ) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(template, code=code, **params)


class Unauthorized(ApiError):
    code = "unauthorized"


class Forbidden(ApiError):
    code = "forbidden"


class TooManyRequests(ApiError):
    code = "too_many_requests"


class IdempotencyKeyRequired(ApiError):
    code = "idempotency_key_required"


class IdempotencyInProgress(ApiError):
    code = "idempotency_in_progress"


class UnsupportedMediaType(ApiError):
    code = "unsupported_media_type"


class BadBody(ApiError):
    code = "invalid_body"


class BadCursor(ApiError):
    code = "bad_cursor"


class TooLarge(ApiError):
    code = "too_large"


class NotFound(ApiError):
    code = "not_found"


class UnknownCamera(ApiError):
    code = "unknown_camera"


class CannotCount(ApiError):
    code = "cannot_count"


class BadSurvey(ApiError):
    code = "bad_survey"


class SiteNotWritten(ApiError):
    code = "site_not_written"
