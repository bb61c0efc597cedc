"""The command: one scenario or all, a table of figures each; ends with 1 when the book did not come through."""

import argparse
import sys
import tempfile
from pathlib import Path

from edge.bench.speed import this_machine
from scripts.fault_rig import cuts, full, kills, shim, syncs
from scripts.fault_rig.figures import Figures
from scripts.fault_rig.page import faults_page


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.fault_rig", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scenario", choices=("kill", "cut", "fsync", "full", "all"))
    parser.add_argument("--kills", type=int, default=kills.Plan().kills)
    parser.add_argument("--acks", type=int, default=kills.Plan().acks, help="mean of acknowledged movements before a kill")
    parser.add_argument("--lanes", type=int, default=kills.Plan().lanes, help="books that are killed at the same time")
    parser.add_argument("--cuts", type=int, default=cuts.Plan().cuts)
    parser.add_argument("--canary-cuts", type=int, default=cuts.Plan().canary_cuts, help="with NORMAL and with OFF, each")
    parser.add_argument("--runs", type=int, default=full.Plan().runs, help="failing and full disks of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path, help="write the tables of this run there too, as bench/faults.md")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave everything there")
    return parser.parse_args()


def play(args: argparse.Namespace, scenario: str, folder: Path) -> Figures:
    """Raises WriterFell, RigBlind."""
    match scenario:
        case "kill":
            return kills.kill(folder, kills.Plan(args.kills, args.acks, lanes=args.lanes, seed=args.seed))
        case "cut":
            return cuts.power(folder, cuts.Plan(args.cuts, args.canary_cuts, seed=args.seed))
        case "fsync":
            return syncs.sync(folder, syncs.Plan(args.runs, seed=args.seed))
        case _:
            return full.fill(folder, full.Plan(args.runs))


def main() -> int:
    args, found = arguments(), dict[str, Figures]()
    with tempfile.TemporaryDirectory(prefix="fault-rig-") as scratch:
        for scenario in ("kill", "cut", "fsync", "full") if args.scenario == "all" else (args.scenario,):
            if scenario in ("cut", "fsync") and (why := shim.why_not()) is not None:
                print(f"{scenario}: not run; {why}")
                continue
            found[scenario] = play(args, scenario, (args.keep or Path(scratch)) / scenario)
            print(found[scenario].table(), flush=True)
    if args.page is not None:
        command = " ".join(["python -m scripts.fault_rig", *sys.argv[1:]])
        args.page.write_text(faults_page(command, this_machine(), found), encoding="utf-8")
    return int(any(figures.failures for figures in found.values()))


if __name__ == "__main__":
    sys.exit(main())
