"""`python -m edge` and the console command `shelfcount`."""

import sys


def main() -> None:
    from edge.cli import commands  # the command modules import the heavy libraries

    sys.exit(commands.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
