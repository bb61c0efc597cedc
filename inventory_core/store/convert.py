"""Between the book's nouns and the columns of its tables, both ways."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_core.access import ApiToken, Role, StoredReply
from inventory_core.catalogue import Product
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.ids import Actor, CountId, LocationId, MovementId, ShelfId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import MovementKind
from inventory_core.locations import Location, LocationKind
from inventory_core.planogram import Slot
from inventory_core.postings import Posting, RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.store.statements import Values
from inventory_core.units import FacingRange

Columns = Mapping[str, Values]
Found = tuple[Any, ...]
"""A row of a table, its columns in the order in which the table was made."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def of_product(product: Product) -> Columns:
    return {
        "sku": product.sku, "name": product.name, "name_en": product.name_en, "gtin": product.gtin,
        "price": None if product.price is None else str(product.price), "safety_stock": product.safety_stock,
    }


def product(row: Found) -> Product:
    sku, name, name_en, gtin, price, safety_stock = row
    return Product(Sku(sku), name, name_en, gtin, None if price is None else Decimal(price), safety_stock)


def of_location(location: Location) -> Columns:
    return {"id": location.id, "kind": location.kind.value, "allow_negative": int(location.allow_negative)}


def location(row: Found) -> Location:
    id, kind, allow_negative = row
    return Location(LocationId(id), LocationKind(kind), bool(allow_negative))


def of_slot(slot: Slot) -> Columns:
    return {"location": slot.location, "shelf": slot.shelf, "sku": slot.sku, "facings": slot.facings, "depth": slot.depth}


def slot(row: Found) -> Slot:
    location, shelf, sku, facings, depth = row
    return Slot(LocationId(location), ShelfId(shelf), Sku(sku), facings, depth)


def of_refused(refused: RefusedPosting) -> Columns:
    asked = refused.posting
    return {
        "id": refused.id, "given_id": asked.id, "sku": asked.sku, "location": asked.location, "units": asked.units,
        "kind": asked.kind.value, "effective_at": sortable_text(asked.effective_at),
        "recorded_at": sortable_text(asked.recorded_at), "source": asked.source, "ref_id": asked.ref_id,
        "cites": asked.cites, "code": refused.code, "why": refused.why,
    }


def refused(row: Found) -> RefusedPosting:
    _, given_id, sku, location, units, kind, effective_at, recorded_at, source, ref_id, cites, code, why = row[:13]
    asked = Posting(
        Sku(sku), LocationId(location), MovementKind(kind), units, instant(effective_at), instant(recorded_at), Actor(source),
        ref_id, cites, None if given_id is None else MovementId(given_id),
    )
    return RefusedPosting(asked, code, why)


def of_capture(capture: Capture) -> Columns:
    who = capture.pedigree
    return {
        "id": capture.id, "location": capture.location, "captured_at": sortable_text(capture.captured_at),
        "status": capture.status.value, "reasons": json.dumps(capture.reasons, ensure_ascii=False),
        "shelves_seen": json.dumps(capture.shelves_seen, ensure_ascii=False), "coverage": capture.coverage,
        "camera": who.camera, "detector": who.detector, "embedder": who.embedder, "gallery": who.gallery,
        "calibration": who.calibration, "evidence": capture.evidence, "frame": capture.frame,
    }


def of_count(capture: Capture, place: int, count: ShelfCount) -> Columns:
    return {
        "capture": capture.id, "place": place, "shelf": count.shelf, "sku": count.sku, "low": count.facings.low,
        "best": count.facings.best, "high": count.facings.high,
    }


def count(row: Found) -> ShelfCount:
    _, _, shelf, sku, low, best, high = row
    return ShelfCount(ShelfId(shelf), None if sku is None else Sku(sku), FacingRange(low, best, high))


def capture(row: Found, counts: Sequence[ShelfCount]) -> Capture:
    id, location, at, status, reasons, shelves, coverage, camera, detector, embedder, gallery, calibration = row[:12]
    evidence, frame = row[12:]
    return Capture(
        CountId(id), LocationId(location), instant(at), CaptureStatus(status), tuple(json.loads(reasons)),
        tuple(ShelfId(shelf) for shelf in json.loads(shelves)), tuple(counts), coverage,
        Pedigree(camera, detector, embedder, gallery, calibration), evidence, frame,
    )


def of_report(report: KeptReport) -> Columns:
    return {"id": report.id, "as_of": sortable_text(report.as_of), "known_at": sortable_text(report.known_at),
            "document": report.document}


def report(row: Found) -> KeptReport:
    id, as_of, known_at, document = row[:4]
    return KeptReport(id, instant(as_of), instant(known_at), document)


def of_reply(reply: StoredReply) -> Columns:
    return {"actor": reply.actor, "key": reply.key, "body_sha256": reply.body_sha256, "status": reply.status,
            "body": reply.body, "at": sortable_text(reply.at)}


def reply(row: Found) -> StoredReply:
    actor, key, body_sha256, status, body, at = row
    return StoredReply(Actor(actor), key, body_sha256, status, body, instant(at))


def of_token(token: ApiToken) -> Columns:
    return {
        "key_sha256": token.key_sha256, "name": token.name, "role": token.role.value,
        "created_at": sortable_text(token.created_at),
        "revoked_at": None if token.revoked_at is None else sortable_text(token.revoked_at),
    }


def token(row: Found) -> ApiToken:
    key_sha256, name, role, created_at, revoked_at = row[:5]
    ended = None if revoked_at is None else instant(revoked_at)
    return ApiToken(Actor(name), Role(role), key_sha256, instant(created_at), ended)
