"""``python -m lowrankweights``."""

import sys

from .cli import main

sys.exit(main())
