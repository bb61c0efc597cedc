"""Writes what is shipped beside the pictures: truth, catalogue, planogram. Pure; planes: cam px, shop units."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .candidates import candidates
from .day import Capture, captures, events, opening, stock_at, utc
from .develop import Sensor, develop
from .shop import LOCATION, LOOK_ALIKES, PRODUCTS, SLOT_OF, SLOTS

VISIBLE = 0.3
NIGHT = Sensor(gain=0.035, noise=2.2, tint=1.6, vignette=0.0)
WIDTH_PX, HEIGHT_PX = 1280, 720


def frame_entry(capture: Capture, notes: Path) -> dict[str, Any]:
    """State, condition and visible boxes of one capture."""
    stock = stock_at(capture.at)
    boxes: list[dict[str, Any]] = []
    if capture.condition != "lights_off":
        for note in json.loads((notes / f"{capture.index:02d}.json").read_text()):
            left, top, right, bottom = note["xyxy_px"]
            box = [max(0.0, left), max(0.0, top), min(float(WIDTH_PX), right), min(float(HEIGHT_PX), bottom)]
            if note["visible"] >= VISIBLE:
                slot = SLOT_OF[note["sku"]]
                boxes.append(
                    {
                        "sku": slot.sku,
                        "shelf": slot.shelf,
                        "column": note["column"],
                        "xyxy_px": [round(v, 1) for v in box],
                        "visible": round(note["visible"], 2),
                    }
                )
    return {
        "file": f"frames/{capture.file}",
        "captured_at": utc(capture.at),
        "condition": capture.condition,
        "camera_nudged": capture.nudged,
        "state": {
            sku: {"units": sum(columns), "facings": sum(count > 0 for count in columns), "columns": list(columns)}
            for sku, columns in stock.items()
        },
        "boxes": boxes,
    }


def truth(notes: Path) -> dict[str, Any]:
    """The whole day, with the playwright's choices."""
    told: dict[str, Any] = {
        "schema": "shelfcount.demo-truth/1",
        "location": LOCATION,
        "date": "2026-11-20",
        "time_zone": "Asia/Shanghai",
        "skus": [product.sku for product in PRODUCTS],
        "look_alikes": [list(pair) for pair in LOOK_ALIKES],
        "slots": [{"shelf": slot.shelf, "sku": slot.sku, "facings": slot.facings, "depth": slot.depth} for slot in SLOTS],
        "opening": {sku: sum(columns) for sku, columns in opening().items()},
        "events": [
            {"t": utc(event.at), "sku": event.sku, "units": event.units, "what": event.what, "columns": list(event.columns)}
            for event in events()
        ],
        "frames": [frame_entry(capture, notes) for capture in captures()],
    }
    told["candidates"] = candidates(told)
    return told


def _lines(told: dict[str, Any]) -> str:
    """JSON with one event, box or candidate a line: small and readable in a diff."""
    parts: list[str] = []
    for key, value in told.items():
        if key in ("events", "slots"):
            body = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value)
            parts.append(f' "{key}": [\n  {body}\n ]')
        elif key == "frames":
            body = ",\n  ".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in value)
            parts.append(f' "{key}": [\n  {body}\n ]')
        elif key == "candidates":
            kinds = [
                f'  "{kind}": [\n   ' + ",\n   ".join(json.dumps(item) for item in found) + "\n  ]"
                for kind, found in value.items()
            ]
            parts.append(f' "{key}": {{\n' + ",\n".join(kinds) + "\n }")
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write_tables(out: Path) -> None:
    """catalogue.csv and planogram.csv."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "catalogue.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["sku", "name", "name_en", "gtin", "price", "safety_stock"])
        table.writerows([p.sku, p.name, p.name_en, p.gtin, p.price_cny, p.safety_stock] for p in PRODUCTS)
    with (out / "planogram.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["location", "shelf", "sku", "facings", "depth"])
        table.writerows([LOCATION, slot.shelf, slot.sku, slot.facings, slot.depth] for slot in SLOTS)


def write_frames(work: Path, out: Path) -> None:
    """Develops every clean picture that has been rendered."""
    (out / "frames").mkdir(parents=True, exist_ok=True)
    for capture in captures():
        source = work / "clean" / f"{capture.index:02d}.png"
        if source.exists():
            sensor = NIGHT if capture.condition == "lights_off" else Sensor()
            (out / "frames" / capture.file).write_bytes(
                develop(np.asarray(Image.open(source).convert("RGB")), 1000 + capture.index, sensor)
            )


def write_truth(work: Path, out: Path) -> None:
    """truth.json; needs the notes of a finished day."""
    (out / "truth.json").write_text(_lines(truth(work / "sight")), encoding="utf-8")
