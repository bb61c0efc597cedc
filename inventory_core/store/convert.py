"""Between the book's nouns and the columns of its tables, both ways."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from inventory_core.access import ApiToken, Role, StoredReply
from inventory_core.catalogue import Product
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.ids import Actor, CountId, LocationId, MovementId, ShelfId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import Movement, MovementKind
from inventory_core.locations import Location, LocationKind
from inventory_core.planogram import Slot
from inventory_core.postings import Posting, RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.units import FacingRange

Columns = Mapping[str, object]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def of_product(product: Product) -> Columns:
    return {
        "sku": product.sku, "name": product.name, "name_en": product.name_en, "gtin": product.gtin,
        "price": None if product.price is None else str(product.price), "safety_stock": product.safety_stock,
    }


def product(row: sa.Row[tuple[object, ...]]) -> Product:
    r = row._mapping
    price = None if r["price"] is None else Decimal(r["price"])
    return Product(Sku(r["sku"]), r["name"], r["name_en"], r["gtin"], price, r["safety_stock"])


def of_location(location: Location) -> Columns:
    return {"id": location.id, "kind": location.kind.value, "allow_negative": int(location.allow_negative)}


def location(row: sa.Row[tuple[object, ...]]) -> Location:
    r = row._mapping
    return Location(LocationId(r["id"]), LocationKind(r["kind"]), bool(r["allow_negative"]))


def of_slot(slot: Slot) -> Columns:
    return {"location": slot.location, "shelf": slot.shelf, "sku": slot.sku, "facings": slot.facings, "depth": slot.depth}


def slot(row: sa.Row[tuple[object, ...]]) -> Slot:
    r = row._mapping
    return Slot(LocationId(r["location"]), ShelfId(r["shelf"]), Sku(r["sku"]), r["facings"], r["depth"])


def of_movement(movement: Movement) -> Columns:
    return {
        "id": movement.id, "sku": movement.sku, "location": movement.location, "units": movement.units,
        "kind": movement.kind.value, "effective_at": sortable_text(movement.effective_at),
        "recorded_at": sortable_text(movement.recorded_at), "source": movement.source, "ref_id": movement.ref_id,
        "cites": movement.cites,
    }


def movement(row: sa.Row[tuple[object, ...]]) -> Movement:
    r = row._mapping
    return Movement(
        MovementId(r["id"]), Sku(r["sku"]), LocationId(r["location"]), r["units"], MovementKind(r["kind"]),
        instant(r["effective_at"]), instant(r["recorded_at"]), Actor(r["source"]), r["ref_id"], r["cites"],
    )


def of_refused(refused: RefusedPosting) -> Columns:
    asked = refused.posting
    return {
        "id": refused.id, "given_id": asked.id, "sku": asked.sku, "location": asked.location, "units": asked.units,
        "kind": asked.kind.value, "effective_at": sortable_text(asked.effective_at),
        "recorded_at": sortable_text(asked.recorded_at), "source": asked.source, "ref_id": asked.ref_id,
        "cites": asked.cites, "code": refused.code, "why": refused.why,
    }


def refused(row: sa.Row[tuple[object, ...]]) -> RefusedPosting:
    r = row._mapping
    asked = Posting(
        Sku(r["sku"]), LocationId(r["location"]), MovementKind(r["kind"]), r["units"], instant(r["effective_at"]),
        instant(r["recorded_at"]), Actor(r["source"]), r["ref_id"], r["cites"],
        None if r["given_id"] is None else MovementId(r["given_id"]),
    )
    return RefusedPosting(asked, r["code"], r["why"])


def of_capture(capture: Capture) -> Columns:
    who = capture.pedigree
    return {
        "id": capture.id, "location": capture.location, "captured_at": sortable_text(capture.captured_at),
        "status": capture.status.value, "reasons": json.dumps(capture.reasons, ensure_ascii=False),
        "shelves_seen": json.dumps(capture.shelves_seen, ensure_ascii=False), "coverage": capture.coverage,
        "camera": who.camera, "detector": who.detector, "embedder": who.embedder, "gallery": who.gallery,
        "calibration": who.calibration, "evidence": capture.evidence,
    }


def of_count(capture: Capture, place: int, count: ShelfCount) -> Columns:
    return {
        "capture": capture.id, "place": place, "shelf": count.shelf, "sku": count.sku, "low": count.facings.low,
        "best": count.facings.best, "high": count.facings.high,
    }


def count(row: sa.Row[tuple[object, ...]]) -> ShelfCount:
    r = row._mapping
    sku = None if r["sku"] is None else Sku(r["sku"])
    return ShelfCount(ShelfId(r["shelf"]), sku, FacingRange(r["low"], r["best"], r["high"]))


def capture(row: sa.Row[tuple[object, ...]], counts: Sequence[ShelfCount]) -> Capture:
    r = row._mapping
    return Capture(
        CountId(r["id"]), LocationId(r["location"]), instant(r["captured_at"]), CaptureStatus(r["status"]),
        tuple(json.loads(r["reasons"])), tuple(ShelfId(shelf) for shelf in json.loads(r["shelves_seen"])), tuple(counts),
        r["coverage"], Pedigree(r["camera"], r["detector"], r["embedder"], r["gallery"], r["calibration"]), r["evidence"],
    )


def of_report(report: KeptReport) -> Columns:
    return {"id": report.id, "as_of": sortable_text(report.as_of), "known_at": sortable_text(report.known_at),
            "document": report.document}


def report(row: sa.Row[tuple[object, ...]]) -> KeptReport:
    r = row._mapping
    return KeptReport(r["id"], instant(r["as_of"]), instant(r["known_at"]), r["document"])


def of_reply(reply: StoredReply) -> Columns:
    return {"actor": reply.actor, "key": reply.key, "body_sha256": reply.body_sha256, "status": reply.status,
            "body": reply.body, "at": sortable_text(reply.at)}


def reply(row: sa.Row[tuple[object, ...]]) -> StoredReply:
    r = row._mapping
    return StoredReply(Actor(r["actor"]), r["key"], r["body_sha256"], r["status"], r["body"], instant(r["at"]))


def of_token(token: ApiToken) -> Columns:
    return {
        "key_sha256": token.key_sha256, "name": token.name, "role": token.role.value,
        "created_at": sortable_text(token.created_at),
        "revoked_at": None if token.revoked_at is None else sortable_text(token.revoked_at),
    }


def token(row: sa.Row[tuple[object, ...]]) -> ApiToken:
    r = row._mapping
    revoked_at = None if r["revoked_at"] is None else instant(r["revoked_at"])
    return ApiToken(Actor(r["name"]), Role(r["role"]), r["key_sha256"], instant(r["created_at"]), revoked_at)
