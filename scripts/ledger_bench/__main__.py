"""The command: one bench or all, as a page of tables; ends with 1 when an answer was wrong, not when one was slow."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from scripts.ledger_bench import as_of, checking, page, querying, terminals, writing
from scripts.ledger_bench.sections import Section, from_file, to_json

NAMES = ("g6", "g7", "g8", "t17", "t5")
COMMAND = "python -m scripts.ledger_bench"


def arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.ledger_bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("bench", choices=(*NAMES, "all"))
    parser.add_argument("--out", type=Path, help="where the page goes; else it is printed")
    parser.add_argument("--work", type=Path, help="where figures are kept; what lies there is drawn and not measured again")
    parser.add_argument("--scratch", type=Path, help="a folder on the disk to be measured, with 6 GB of room")
    parser.add_argument("--rounds", type=int, help="of g6, g7 and g8, and of t5 on each book")
    parser.add_argument("--seconds", type=float, help="of one contender in one round of g6 and g8, and of each question of t17")
    parser.add_argument("--rows", type=int, help="movements in the large book of g7; g8 and t17 take a tenth")
    return parser.parse_args(words)


def plans(args: argparse.Namespace) -> dict[str, Callable[[Path], list[Section]]]:
    """How each bench is run."""
    few = {} if args.rows is None else {"rows": args.rows // 10}
    many = {} if args.rows is None else {"rows": args.rows}
    rounds = {} if args.rounds is None else {"rounds": args.rounds}
    seconds = {} if args.seconds is None else {"seconds": args.seconds}
    return {
        "g6": lambda scratch: writing.measure(writing.Plan(**rounds, **seconds), scratch),
        "g7": lambda scratch: as_of.measure(as_of.Plan(**many, **rounds), scratch),
        "g8": lambda scratch: checking.measure(checking.Plan(**few, **rounds, **seconds), scratch),
        "t17": lambda scratch: querying.measure(querying.Plan(**few, **seconds), scratch),
        "t5": lambda scratch: terminals.measure(terminals.Plan(**rounds), scratch),
    }


def measured(name: str, run: Callable[[Path], list[Section]], work: Path, scratch: Path) -> tuple[Section, ...]:
    """The figures of one bench, from `work` where they are there."""
    kept = work / f"ledger-{name}.json"
    if not kept.exists():
        sys.stderr.write(f"{name} ...\n")
        kept.write_text(to_json(run(scratch)), encoding="utf-8")
    return from_file(kept)


def main(words: list[str] | None = None) -> int:
    args = arguments(words)
    with tempfile.TemporaryDirectory(prefix="ledger-bench-", dir=args.scratch) as folder:
        scratch = Path(folder)
        work = args.work or scratch / "work"
        work.mkdir(parents=True, exist_ok=True)
        told = work / "ledger-machine"
        if not told.exists():
            told.write_text(page.machine(scratch), encoding="utf-8")
        chosen = NAMES if args.bench == "all" else (args.bench,)
        runs = plans(args)
        sections = [section for name in chosen for section in measured(name, runs[name], work, scratch)]
        text = page.page(sections, f"{COMMAND} {args.bench}", told.read_text(encoding="utf-8"))
    if args.out is None:
        sys.stdout.write(text)
    else:
        args.out.write_text(text, encoding="utf-8")
    return int(not all(section.is_right for section in sections))


if __name__ == "__main__":
    sys.exit(main())
