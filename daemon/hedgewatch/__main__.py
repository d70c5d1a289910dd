"""`python -m hedgewatch` is the `hedgewatch` command, where the script is not on the path."""

import sys

from hedgewatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
