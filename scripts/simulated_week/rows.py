"""Answers as lines of JSON, to look into while a week goes on and after it."""

import json

from scripts.simulated_week.judge import Look, wrongs_of


def row_of(look: Look) -> str:
    """One answer as a line of JSON, to look into afterwards."""
    c = look.capture
    return json.dumps({
        "camera": look.camera, "round": look.number, "kind": look.condition.kind, "level": look.condition.level,
        "severity": look.condition.severity, "cover": look.condition.cover, "wide": look.condition.wide, "mixed": look.mixed,
        "status": c.status, "reasons": c.reasons, "at": c.captured_at.isoformat(), "age_s": round(look.age_s, 2),
        "covers": {shelf: round(share, 3) for shelf, share in look.covers.items()},
        "told": {count.shelf: [count.facings.low, count.facings.best, count.facings.high] for count in c.counts},
        "clear": {shelf: [f.low, f.best, f.high] for shelf, f in look.clear.items()}, "wrong": wrongs_of(look),
    })
