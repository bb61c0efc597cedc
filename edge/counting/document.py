"""The JSON document of `count --json`, schema shelfcount.count/1; docs/count.md describes every key."""

from collections.abc import Iterable, Mapping

from edge.counting.intervals import is_counted
from edge.counting.readings import Box, Gap, Place
from edge.counting.result import CountResult, ShelfTally
from inventory_core.counts import Pedigree
from inventory_core.units import FacingRange

SCHEMA = "shelfcount.count/1"

Json = dict[str, object]


def document_of(results: Iterable[CountResult], pedigree: Pedigree) -> Json:
    """The whole document; `pedigree` is that of the eye and site in use."""
    return {
        "schema": SCHEMA,
        "images": [entry_of(result) for result in results],
        "pedigree": {
            "detector": pedigree.detector, "embedder": pedigree.embedder,
            "gallery": pedigree.gallery, "calibration": pedigree.calibration,
        },
    }


def entry_of(result: CountResult) -> Json:
    """One count."""
    entry: Json = {
        "source": result.source,
        "captured_at": result.captured_at.isoformat().replace("+00:00", "Z") if result.captured_at else None,
        "width_px": result.width_px,
        "height_px": result.height_px,
        "status": result.status.value,
        "reasons": list(result.reasons),
        "shelves": [_shelf(shelf) for shelf in result.shelves],
        "boxes": [
            *(_product(p) for shelf in result.shelves for p in shelf.reading.places if is_counted(p)),
            *(_product(p) for p in result.strays),
            *(_void(gap) for shelf in result.shelves for gap in shelf.reading.gaps),
        ],
    }
    if result.hidden:
        entry["hidden"] = [{"shelf": each.shelf, "hidden": round(each.hidden, 2)} for each in result.hidden]
    if result.detail is not None:
        entry["detail"] = str(result.detail)
    if result.at_s is not None:
        entry["at_s"] = round(result.at_s, 2)
    if result.window.offered > 1:
        entry["frames"] = {"accepted": result.window.accepted, "offered": result.window.offered}
    return entry


def _shelf(shelf: ShelfTally) -> Json:
    named: list[Mapping[str, object]] = []
    unknown = FacingRange.exactly(0)
    for row in shelf.facings:
        if row.sku is None:
            unknown = row.facings
        else:
            named.append({"sku": row.sku, **_range(row.facings)})
    return {"shelf": shelf.shelf, "facings": named, "unknown": _range(unknown)}


def _range(facings: FacingRange) -> dict[str, int]:
    return {"low": facings.low, "best": facings.best, "high": facings.high}


def _product(place: Place) -> Json:
    facing = place.facing
    return {
        "xyxy_px": _xyxy(facing.box), "score": round(facing.score, 4), "sku": facing.sku,
        "sku_score": round(facing.sku_score, 4), "margin": round(facing.margin, 4), "shelf": facing.shelf,
        "kind": "product",
    }


def _void(gap: Gap) -> Json:
    return {
        "xyxy_px": _xyxy(gap.box), "score": round(gap.score, 4), "sku": None, "sku_score": 0.0, "margin": 0.0,
        "shelf": gap.shelf, "kind": "void",
    }


def _xyxy(box: Box) -> list[float]:
    return [round(v, 1) for v in (box.x1_px, box.y1_px, box.x2_px, box.y2_px)]
