"""A network camera that fails on command, for rehearsing an installation without a camera.

    python -m scripts.camera_rig [--pictures FOLDER_OR_VIDEO] [--seconds 60] [--fps 15] [--port 8090]
    shelfcount count --camera http://127.0.0.1:8090/live.mjpg
    curl http://127.0.0.1:8090/mode/stall        # live, stall, slow, close, garbage, torn, stale, frozen
"""

import argparse
from pathlib import Path

from edge.capture.rig import Mode, RigCamera, replayed

NOISE = 2.0
"""Grey levels (standard deviation)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="a folder of pictures or a video; else numbered bars")
    parser.add_argument("--seconds", type=float, help="show each picture so long, with noise; else one frame each")
    parser.add_argument("--fps", type=float, default=15.0)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    given = parser.parse_args()
    source = None
    if given.pictures and given.seconds:
        source = replayed(given.pictures, held=max(1, round(given.seconds * given.fps)), noise=NOISE)
    elif given.pictures:
        source = replayed(given.pictures)
    with RigCamera(source, fps=given.fps, port=given.port) as rig:
        print(rig.url, "modes:", " ".join(Mode), flush=True)
        try:
            rig.stop.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
