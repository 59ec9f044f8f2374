"""What is known of a minimisation: at an iteration (``Info``), of all, at its end (``Result``)."""

import time
from dataclasses import dataclass

import numpy as np


@dataclass
class Info:
    """What a callback sees: ``theta`` is a copy; ``seconds`` since the start; n_iter from 1."""

    theta: np.ndarray
    loss: float
    grad_norm: float
    n_iter: int
    seconds: float


@dataclass
class Result:
    """Where the minimisation ended, and why.

    Attributes
    ----------
    theta : ndarray, (n,)
        The best completed iterate.
    loss : float
    n_iter, n_evaluations : int
    status : str
        "converged", "max_iter", "stopped" (a callback raised StopIteration), "interrupted"
        (Ctrl-C), "float32_limit", "kink" or "abnormal".
    message : str
        Why it stopped, in plain words, and what to do next.
    loss_curve, grad_norm_curve, seconds_curve : ndarray, (n_iter + 1,)
        At the start and after each iteration; the norm is the largest absolute entry.
    """

    theta: np.ndarray
    loss: float
    n_iter: int
    n_evaluations: int
    status: str
    message: str
    loss_curve: np.ndarray
    grad_norm_curve: np.ndarray
    seconds_curve: np.ndarray

    def __str__(self):
        return (
            f"{self.status}: {self.message}\n{self.n_iter} iterations, {self.n_evaluations} evaluations, "
            f"{self.seconds_curve[-1]:.1f} s; loss {self.loss_curve[0]:.5g} -> {self.loss:.5g}, "
            f"largest gradient entry {self.grad_norm_curve[-1]:.1e}"
        )


class Curves:
    """Loss, largest gradient entry and seconds, at the start and after each iteration."""

    def __init__(self):
        self.begun = time.perf_counter()
        self.losses, self.grad_norms, self.seconds = [], [], []

    @property
    def n_iter(self):
        """Completed iterations; -1 before the start was looked at."""
        return len(self.losses) - 1

    def add(self, loss, grad_norm):
        """Note what one iteration led to."""
        self.losses.append(loss)
        self.grad_norms.append(grad_norm)
        self.seconds.append(time.perf_counter() - self.begun)

    def arrays(self):
        """The curves under their names in ``Result``."""
        curves = {"loss": self.losses, "grad_norm": self.grad_norms, "seconds": self.seconds}
        return {f"{name}_curve": np.array(values) for name, values in curves.items()}
