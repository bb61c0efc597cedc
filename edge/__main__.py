"""`python -m edge` and the console command `shelfcount`."""

import os
import sys

MAX_DECODED_PIXELS = 150_000_000
"""A second guard behind the setting max_pixels; OpenCV reads it once, when it is loaded."""

QUIET = {"OPENCV_LOG_LEVEL": "ERROR", "OPENCV_FFMPEG_LOGLEVEL": "-8"}
"""A camera that does not open is told in our words and the user's language; not in the libraries' lines beside it."""


def main() -> None:
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_DECODED_PIXELS))
    for name, quiet in QUIET.items():
        os.environ.setdefault(name, quiet)
    from edge.cli import commands  # OpenCV reads the environment when it is loaded

    sys.exit(commands.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
