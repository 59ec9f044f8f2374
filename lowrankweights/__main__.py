"""``python -m lowrankweights``, and ``lowrankweights``."""

import sys


def main():
    """Run a command; returns the exit status. Ctrl-C while the commands are imported is no bug either."""
    try:
        from .commands.main import main as run
    except KeyboardInterrupt:
        print("lowrankweights: interrupted", file=sys.stderr)
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
