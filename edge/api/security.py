"""Who may do what: the frozen table from routes to roles.

A route without a row in `ALLOWED` cannot be added to the application: building it raises.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from inventory_core.access import Role
from inventory_core.ids import Actor

Route = tuple[str, str]
"""(method, path template)."""

_EVERYONE = frozenset(Role)
_OFFICE = frozenset({Role.ADMIN, Role.STAFF})
_POSTING = frozenset({Role.ADMIN, Role.STAFF, Role.TILL})
_COUNTING = frozenset({Role.ADMIN, Role.STAFF, Role.CAMERA})
_ASKING = frozenset({Role.ADMIN, Role.STAFF, Role.TILL, Role.CAMERA})
_READING = frozenset({Role.ADMIN, Role.STAFF, Role.BI, Role.CAMERA})
_FINDINGS = frozenset({Role.ADMIN, Role.STAFF, Role.BI})

OPEN: frozenset[Route] = frozenset({
    ("GET", "/api/health"), ("GET", "/metrics"), ("GET", "/"), ("GET", "/count"), ("GET", "/survey"),
    ("GET", "/static/{name}")})
"""Routes that need no key."""

ALLOWED: Mapping[Route, frozenset[Role]] = MappingProxyType({
    ("GET", "/v2/inventory/check"): _EVERYONE,
    ("POST", "/v2/locations"): frozenset({Role.ADMIN}),
    ("POST", "/v2/skus"): _OFFICE,
    ("POST", "/v2/movements"): _POSTING,
    ("POST", "/v2/counts"): _COUNTING,
    ("GET", "/v2/counts"): _READING,
    ("GET", "/v2/counts/{id}"): _READING,
    ("GET", "/v2/counts/{id}/events"): _READING,
    ("GET", "/v2/shelves"): _READING,
    ("GET", "/v2/planogram"): _READING,
    ("GET", "/v2/discrepancies"): _FINDINGS,
    ("GET", "/v2/discrepancies/{id}/evidence"): _OFFICE,
    ("GET", "/v2/discrepancies/{id}/evidence/crop"): _OFFICE,
    ("GET", "/v2/discrepancies/{id}/evidence/shelf"): _OFFICE,
    ("GET", "/v2/discrepancies/{id}/evidence/document"): _FINDINGS,
    ("POST", "/v2/transfers"): _OFFICE,
    ("POST", "/v2/returns"): _POSTING,
    ("POST", "/v2/reservations"): _POSTING,
    ("POST", "/v2/reservations/{id}/post"): _POSTING,
    ("POST", "/v2/reservations/{id}/void"): _POSTING,
    ("GET", "/v2/reservations/{id}"): _POSTING,
    ("GET", "/v2/adjustments"): _FINDINGS,
    ("GET", "/v2/adjustments/{id}"): _FINDINGS,
    ("GET", "/v2/adjustments/{id}/photos/{number}"): _OFFICE,
    ("POST", "/v2/adjustments"): _ASKING,
    ("POST", "/v2/adjustments/{id}/approve"): _OFFICE,
    ("POST", "/v2/adjustments/{id}/reject"): _OFFICE,
    ("POST", "/v2/adjustments/{id}/override"): _OFFICE,
    ("GET", "/v2/shifts"): _FINDINGS,
    ("GET", "/v2/shifts/{date}/{name}"): _FINDINGS,
    ("GET", "/v2/logs/movements"): _FINDINGS,
    ("GET", "/v2/logs/events"): _FINDINGS,
    ("GET", "/v2/insight/variance"): _FINDINGS,
    ("GET", "/v2/insight/health"): _FINDINGS,
    ("GET", "/v2/insight/spot-check"): _FINDINGS,
    ("GET", "/v2/insight/spot-check/{movement}/photo"): _OFFICE,
    ("POST", "/v2/insight/spot-check/{movement}/confirm"): _OFFICE,
    ("POST", "/v2/insight/spot-check/{movement}/refute"): _OFFICE,
    ("POST", "/v2/inputs/check"): _POSTING,
    ("GET", "/v2/surveys"): _OFFICE,
    ("POST", "/v2/surveys"): _OFFICE,
    ("GET", "/v2/surveys/{id}/picture"): _OFFICE,
    ("GET", "/v2/surveys/{id}/proposal"): _OFFICE,
    ("POST", "/v2/surveys/{id}/site"): _OFFICE,
    ("GET", "/v2/export/{view}.{format}"): _FINDINGS,
})

PICTURES: frozenset[str] = frozenset({
    "/v2/discrepancies/{id}/evidence", "/v2/discrepancies/{id}/evidence/crop", "/v2/discrepancies/{id}/evidence/shelf",
    "/v2/surveys/{id}/picture", "/v2/surveys/{id}/proposal",
    "/v2/adjustments/{id}/photos/{number}", "/v2/insight/spot-check/{movement}/photo"})
"""Routes that give a picture: every view is noted in the audit log, and so is every try of a role that has no right to it."""

DECIDING = frozenset(path for _, path in ALLOWED if path.startswith("/v2/adjustments/{id}/")) - {
    "/v2/adjustments/{id}/photos/{number}"}
"""Routes that decide about an adjustment, which no service account may."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is; `actor` and `device` (the key's own short name) are what every write of that key carries."""

    actor: Actor
    role: Role
    device: str = "-"


def methods_at(path: str) -> list[str]:
    """What the routes at `path` take, for the Allow header."""
    return sorted(method for method, template in {*ALLOWED, *OPEN}
                  if re.fullmatch(re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(template)), path))
