"""Makes the shipped demo day: `python scripts/make_demo_scene.py all --work DIR` (build-time only).

Steps: `film` renders the day and notes what can be seen in it (`sight`: the notes alone), `enrol` renders the enrolment
pictures; they need PyPI `bpy==4.5.*`, numpy and Pillow. `publish` develops the pictures and writes the tables and the truth;
`survey` prints where the camera sees the bay's corners. Rendered pictures in DIR are kept and reused.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAY = ROOT / "edge" / "demo" / "day"


def main() -> int:
    """Runs one step or all."""
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("film", "sight", "enrol", "publish", "survey", "all"))
    parser.add_argument("--work", type=Path, required=True, help="folder for clean renders and artwork, outside the repository")
    parser.add_argument("--part", choices=("all", "home", "nudged"), default="all", help="film only this part of the day")
    parser.add_argument("--out", type=Path, default=DAY)
    options = parser.parse_args()
    if options.step in ("film", "all"):
        from scripts.demo_scene.film import film

        film(options.work, part=options.part)
    if options.step == "sight":
        from scripts.demo_scene.film import film

        film(options.work, render=False)
    if options.step in ("enrol", "all"):
        from scripts.demo_scene.enrol import portraits

        portraits(options.work, options.out / "enrol")
    if options.step in ("publish", "all"):
        from scripts.demo_scene.truth import write_frames, write_tables, write_truth

        write_tables(options.out)
        write_frames(options.work, options.out)
        write_truth(options.work, options.out)
    if options.step == "survey":
        from scripts.demo_scene.film import survey

        print(json.dumps({"home": survey(False), "nudged": survey(True)}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
