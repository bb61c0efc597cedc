"""Runs the last stage of Dockerfile.edge in a plain folder, for machines without Docker.

    python scripts/edge_image.py FOLDER [--install]

COPY lines copy into FOLDER as they would into the image; RUN lines run there with FOLDER as the root of the paths
/app and /data, except those that only an image can do (a system user). Without --install the interpreter that runs this
stands in for /opt/venv; with it the first stage's installation is done too, in FOLDER/opt/venv.
"""

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TRAINING = shutil.ignore_patterns("training", "__pycache__")


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a Dockerfile: its verb and the rest of the line."""

    verb: str
    rest: str


def stages(dockerfile: Path) -> list[list[Step]]:
    """The steps of each stage, in order."""
    found: list[list[Step]] = []
    for line in dockerfile.read_text(encoding="utf-8").splitlines():
        verb, _, rest = line.strip().partition(" ")
        if verb == "FROM":
            found.append([])
        elif verb.isupper() and found:
            found[-1].append(Step(verb, rest))
    return found


def play(steps: list[Step], folder: Path, python: Path) -> dict[str, str]:
    """Carry out COPY, ENV and RUN under `folder`; returns the environment that CMD would have."""
    workdir = folder
    (folder / "data").mkdir(parents=True, exist_ok=True)
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    for step in steps:
        if step.verb == "WORKDIR":
            workdir = folder / step.rest.lstrip("/")
            workdir.mkdir(parents=True, exist_ok=True)
        elif step.verb == "ENV":
            pairs = (pair.partition("=") for pair in step.rest.split())
            env |= {name: value.replace("/data", str(folder / "data")) for name, _, value in pairs if name != "PATH"}
        elif step.verb == "COPY" and not step.rest.startswith("--from"):
            *sources, target = step.rest.split()
            for source in sources:
                copy(ROOT / source, workdir / (Path(source).name if target == "./" else target))
        elif step.verb == "RUN" and not step.rest.startswith("useradd"):
            words = step.rest.replace("python", str(python), 1)
            subprocess.run(words, shell=True, cwd=workdir, env=env, check=True)
    return env


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=TRAINING, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--install", action="store_true")
    given = parser.parse_args()
    python = Path(sys.executable)
    if given.install:
        venv = given.folder / "opt" / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        python = venv / "bin" / "python"
        pip = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(ROOT / "requirements.lock")]
        subprocess.run(pip, check=True)
    play(stages(ROOT / "Dockerfile.edge")[-1], given.folder, python)


if __name__ == "__main__":
    main()
