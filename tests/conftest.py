"""Matplotlib's list of fonts is the tests' own: one that was left on a machine may lack some, and warns."""

import os
import tempfile

if "PYTEST_XDIST_WORKER" not in os.environ:  # the processes that run the tests find it in their environment
    FONTS = tempfile.TemporaryDirectory(prefix="matplotlib-", ignore_cleanup_errors=True)
    os.environ["MPLCONFIGDIR"] = FONTS.name
