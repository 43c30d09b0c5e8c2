"""``python -m ipywanx serve``: the offline engine over real HTTP, for other clients."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ipywanx.engine import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m ipywanx", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve.add_command(commands)
    parsed = parser.parse_args(arguments)
    status: int = parsed.run(parsed)
    return status


if __name__ == "__main__":
    sys.exit(main())
