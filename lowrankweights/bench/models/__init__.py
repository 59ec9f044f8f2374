"""What is timed beside networks: RICA's cost and gradient, and speech."""

from . import rica, speech

__all__ = ["rica", "speech"]
