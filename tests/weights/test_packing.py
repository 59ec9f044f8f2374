import numpy as np

from lowrankweights.weights import packing

SHAPES = [(2, 3), (4,), (0,), (1, 1, 2)]


def test_unpacked_arrays_are_views_in_order():
    vector = np.arange(12.0)
    arrays = packing.unpack(vector, SHAPES)
    assert [a.shape for a in arrays] == SHAPES
    assert np.array_equal(np.concatenate([a.ravel() for a in arrays]), vector)
    arrays[1][:] = -1
    assert (vector[6:10] == -1).all()


def test_packing_undoes_unpacking_with_a_copy():
    vector = np.arange(12.0)
    packed = packing.pack(packing.unpack(vector, SHAPES))
    assert np.array_equal(packed, vector) and not np.shares_memory(packed, vector)
    assert packing.pack([]).shape == (0,)


def test_parts_are_consecutive_and_cover_everything():
    parts = packing.split(np.arange(6), [1, 0, 5])
    assert [p.tolist() for p in parts] == [[0], [], [1, 2, 3, 4, 5]]
    assert packing.slices([1, 0, 5]) == [slice(0, 1), slice(1, 1), slice(1, 6)]
