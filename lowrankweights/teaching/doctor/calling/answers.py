"""What a student's function returned, read as numbers."""

import numpy as np

from ..adapted.faults import adapted_leaves
from ..lines import of_gradient
from ..passes import LayerPass

FROZEN = "W_0 is frozen, go on from dW to {}"


class Complaint(Exception):
    """What came back cannot be compared: the complaint's name, what was seen, and in which block."""

    def __init__(self, name, seen, block=None):
        super().__init__(seen)
        self.name, self.seen, self.block = name, seen, block


class Answer:
    """Reads what a student's function returned, as (loss, flat gradient)."""

    def __init__(self, subject, n_rows):
        self.subject, self.blocks = subject, subject.blocks_for(n_rows)
        self.is_layer = isinstance(subject, LayerPass)

    def read(self, result):
        if result is None or result is Ellipsis:
            raise Complaint("returned_none", f"it returned {result}")
        if is_number(result):
            raise Complaint("loss_only", f"only the number {float(result):.6g} came back")
        loss = None
        if isinstance(result, (tuple, list)) and len(result) == 2 and is_number(result[0]):
            loss, result = float(np.asarray(result[0]).item()), result[1]
            if result is None or result is Ellipsis:
                raise Complaint("returned_none", "the loss came back, and None for the gradient")
            if not np.isfinite(loss):
                raise Complaint("not_finite", f"the loss is {loss}", "loss")
        return loss, self.flat(result)

    def flat(self, grad):
        """The gradient as one vector; blocks that are missing at the end (dv) are left out."""
        if isinstance(grad, np.ndarray) and grad.dtype != object:
            if self.is_layer and (len(self.blocks) == 1 or grad.shape != (self.subject.n_dynamic,)):
                grad = [grad]
            else:
                return self._vector(grad)
        if not self.is_layer and (vector := _listed(grad)) is not None and vector.ndim == 1:
            return self._vector(vector)
        arrays = list(_arrays_in(grad, self.blocks))
        if self.is_layer and len(arrays) == 2 and arrays[0].shape == (self.subject.n_dynamic,):
            return np.concatenate([self._vector(arrays[0]), self._block(arrays[1], self.blocks[-1])])
        n_needed = len(self.blocks) - self.is_layer
        if len(arrays) == 1 and n_needed != 1 and not (self.is_layer and arrays[0].ndim != 1):
            return self._vector(arrays[0])
        if len(arrays) not in (n_needed, len(self.blocks)):
            needed = self.blocks[:n_needed]
            names = "; ".join(f"{of_gradient(b.label)} {b.shape_in_letters}" for b in needed)
            dv = ", and dv where it is asked for" if self.is_layer else ""
            seen = f"expected {n_needed} arrays ({names}){dv}, got {len(arrays)}"
            raise Complaint("wrong_shape", seen + self._whose_size(sum(a.size for a in arrays)))
        return np.concatenate(
            [self._block(a, b) for a, b in zip(arrays, self.blocks[: len(arrays)], strict=True)]
        )

    def _vector(self, a):
        if a.dtype.kind not in "iubf":
            raise Complaint("not_numbers", f"an array of {a.dtype}")
        n = self.subject.n_dynamic
        if a.shape != (n,):
            seen = f"expected shape (n_dynamic,) = ({n},), got {a.shape}"
            raise Complaint("wrong_shape", seen + (": ravel it" if a.size == n else self._whose_size(a.size)))
        ends = np.cumsum([int(np.prod(b.shape)) for b in self.subject.blocks])
        for block, part in zip(self.subject.blocks, np.split(a, ends[:-1]), strict=True):
            check_numbers(part, block.label)
        return a.astype(np.float64)

    def _block(self, a, block):
        if a.dtype.kind not in "iubf":
            raise Complaint("not_numbers", f"an array of {a.dtype}", block.label)
        if a.shape != block.shape:
            if a.shape == block.shape[::-1]:
                raise Complaint(
                    "transpose_extra", f"expected shape {block.shape_in_letters}, got {a.shape}", block.label
                )
            seen = f"expected shape {block.shape_in_letters}, got {a.shape}{self._whose_shape(a, block)}"
            raise Complaint("wrong_shape", seen, block.label)
        check_numbers(a, block.label)
        return a.astype(np.float64).ravel()

    def _whose_size(self, size):
        """Words about so many numbers, if they are dW's of adapted weights and not the factors'."""
        leaves = adapted_leaves(self.subject).values()
        more = sum(leaf.W0.size - leaf.n_dynamic for leaf in leaves)
        if not more or size - self.subject.n_dynamic not in (more, sum(leaf.W0.size for leaf in leaves)):
            return ""
        names = " and ".join(dict.fromkeys(f"d{name}" for leaf in leaves for name in leaf.shapes))
        return f"; there is a dW of W's size in it: {FROZEN.format(names)}"

    def _whose_shape(self, a, block):
        """Words about a wrong shape that has a usual cause."""
        leaf = adapted_leaves(self.subject).get(block.key[:2])
        if leaf is not None and a.shape == leaf.W0.shape:
            return (
                f"; that is the shape of W: {FROZEN.format(' and '.join(f'd{name}' for name in leaf.shapes))}"
            )
        if block.key[1:] == (None, "b"):
            axes = "images and places, axes 0 to 2" if self.blocks[0].on_images else "its rows, axis 0"
            return f"; db is the sum of dz over {axes}"
        if not self.is_layer or [b.key[2] for b in self.blocks] != ["w_alpha", "b", "v"]:
            return ""
        (n_alpha, n_h), _, (n, *n_v) = (b.shape for b in self.blocks)
        if block.key[2] == "w_alpha" and a.shape == (self.subject.layer.parametrisation.n_v, n_h):
            return "; that is the shape of dW: go on from dW to dw_alpha"
        if block.key[2] == "v" and a.shape == (n, n_alpha) and len(n_v) == 1:
            return "; that is the shape of the gradient of v U: go on, through U"
        return ""


def check_numbers(a, label):
    """Complain unless the array holds finite floats."""
    if a.dtype.kind in "iub":
        raise Complaint("integers", f"an array of {a.dtype}", label)
    if a.dtype.kind != "f":
        raise Complaint("not_numbers", f"an array of {a.dtype}", label)
    n_bad = int(a.size - np.isfinite(a).sum())
    if n_bad:
        raise Complaint("not_finite", f"{n_bad} of {a.size} numbers are NaN or infinite", label)


def is_number(value):
    """Whether a value is one real number, as a Python number or an array of no dimension."""
    try:
        a = np.asarray(value)
    except ValueError:
        return False
    return a.shape == () and a.dtype.kind in "fiub"


def _listed(grad):
    """A list of numbers, or of lists of numbers of one length, as an array; None of anything else."""
    if not isinstance(grad, (list, tuple)) or not grad:
        return None
    if all(isinstance(row, (list, tuple)) and len(row) == len(grad[0]) > 0 for row in grad):
        return np.asarray(grad) if all(is_number(x) for row in grad for x in row) else None
    return np.asarray(grad) if all(is_number(x) for x in grad) else None


def _arrays_in(grad, blocks):
    """The arrays in nested lists and dicts, in the order of the blocks."""
    if isinstance(grad, dict):
        seen = {}
        names = [b.key[2] for b in blocks]
        for name in names:
            value = grad.get(name, grad.get(f"d{name}"))
            if names.count(name) > 1 and isinstance(value, np.ndarray) and value.ndim == 1:
                raise Complaint(
                    "wrong_shape", f"there are {names.count(name)} arrays {name}: give a list of them"
                )
            i = seen[name] = seen.get(name, -1) + 1
            if value is not None:
                yield from _arrays_in(value[i] if isinstance(value, (list, tuple)) else value, blocks)
    elif (listed := _listed(grad)) is not None:
        yield listed
    elif isinstance(grad, (list, tuple)) or hasattr(grad, "__next__"):
        for i, part in enumerate(grad):
            own = [b for b in blocks if b.key[0] == i] if isinstance(part, dict) else blocks
            yield from _arrays_in(part, own or blocks)
    elif grad is None or grad is Ellipsis:
        raise Complaint("returned_none", f"there is {grad} among the gradients")
    else:
        try:
            yield np.asarray(grad)
        except (TypeError, ValueError):
            raise Complaint("not_numbers", f"a {type(grad).__name__} is no array") from None
