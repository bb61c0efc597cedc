"""Measures accuracy on the labelled sets beside the peers and writes docs/accuracy.md, the list of every error, and an HTML
page with the worst pictures.

    python -m scripts.accuracy_page [--data DIR] [--work DIR] [--detector-peer FILE] [--embedder-peer FILE]
                                    [--folds FILE FILE FILE FILE FILE] [--burst N]

DIR holds the labelled sets (default: $DATA, else ../shared/data); a set that is not there is left out and said so.
`--detector-peer` is a detector to hold ours against, `--embedder-peer` a frozen embedder. `--folds` are
detectors of our recipe, one for each fixture (p25-p29, p10-p11, p12-p14, p33, p4), trained without its photos.
Ultralytics' own predict needs the peers' environment (`make peers`, or SHELFCOUNT_PEERS_PYTHON); without it its rows are empty
and say why. In `--work` the results and accuracy.html are kept; a result of the same command on the same files is not measured
again. About ten minutes on one core.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from scripts.accuracy_rows import FIXTURES, Chosen, Measured, measure
from scripts.accuracy_sections import sections
from scripts.bench_runner import ROOT, Runner
from scripts.error_list import Error, errors_of, with_reviews, write_errors
from scripts.page_parts import as_html, as_markdown

PAGE, ERRORS = ROOT / "docs" / "accuracy.md", ROOT / "bench" / "accuracy-errors.csv"
HTML = "accuracy.html"
TITLE = "Accuracy"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATA") or ROOT.parent / "shared" / "data"))
    parser.add_argument("--work", type=Path, help="where results and accuracy.html are kept; else a folder that is removed")
    parser.add_argument("--detector-peer", type=Path)
    parser.add_argument("--embedder-peer", type=Path)
    parser.add_argument("--folds", type=Path, nargs=len(FIXTURES), default=())
    parser.add_argument("--burst", type=int, default=Chosen.__dataclass_fields__["burst"].default, help="frames; 0: no bursts")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--errors", type=Path, default=ERRORS)
    given = parser.parse_args(arguments)
    chosen = Chosen(given.data.resolve(), _whole(given.detector_peer), _whole(given.embedder_peer),
                    tuple(map(Path.resolve, given.folds)), given.burst)
    if given.work is not None:
        given.work.mkdir(parents=True, exist_ok=True)
        return write(chosen, given.work.resolve(), given.page, given.errors)
    with tempfile.TemporaryDirectory() as work:
        return write(chosen, Path(work), given.page, given.errors)


def _whole(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def write(chosen: Chosen, work: Path, page: Path = PAGE, errors_file: Path = ERRORS) -> int:
    """Measure, and write the page, the list and the HTML; 3 where no set was there."""
    measured = measure(Runner(work, names_of(chosen)), chosen)
    if measured.ours is None and not measured.packages:
        return 3
    errors = with_reviews(errors_in(measured), errors_file)
    if measured.ours is not None:
        write_errors(errors, errors_file)
    shown = str(errors_file.resolve().relative_to(ROOT)) if errors_file.resolve().is_relative_to(ROOT) else errors_file.name
    parts = sections(measured, errors, shown)
    page.write_text(as_markdown(TITLE, parts), encoding="utf-8")
    (work / HTML).write_text(as_html(TITLE, parts), encoding="utf-8")
    sys.stderr.write(f"{page}, {errors_file}, {work / HTML}\n")
    return 0


def names_of(chosen: Chosen) -> dict[str, Path]:
    """How the page calls files outside the repository."""
    files = {"$DATA": chosen.data, "$DETECTOR_PEER": chosen.detector_peer, "$EMBEDDER_PEER": chosen.embedder_peer}
    files |= {f"$DETECTOR_WITHOUT_{fixture}": file for fixture, file in zip(FIXTURES, chosen.folds, strict=False)}
    return {name: path for name, path in files.items() if path is not None}


def errors_in(measured: Measured) -> list[Error]:
    """Every error of ours, fixture by fixture."""
    parts = measured.ours.parts if measured.ours else ()
    return [error for name, row in zip(FIXTURES, parts, strict=False) for error in errors_of(name, row.document)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
