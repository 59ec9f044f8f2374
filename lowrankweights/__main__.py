"""``python -m lowrankweights``."""

import sys

from .commands.main import main

sys.exit(main())
