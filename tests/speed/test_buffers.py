import threading

import numpy as np

from lowrankweights.speed.buffers import BlockMemory, empty, matmul


def test_the_next_block_lies_where_the_last_one_lay():
    memory = BlockMemory()
    with memory:  # finds out how much is wanted
        empty((3, 4), np.float32), empty((5,), np.float64)
    with memory:
        first, second = empty((3, 4), np.float32), empty((5,), np.float64)
        assert not np.shares_memory(first, second)
    with memory:
        again = empty((2, 3), np.float32)
        assert np.shares_memory(first, again)
        larger = empty((50,), np.float64)
        assert larger.shape == (50,) and not np.shares_memory(larger, second)
    with memory:
        assert np.shares_memory(empty((60,), np.float64), memory.piece)


def test_outside_a_block_memory_is_fresh():
    with BlockMemory():
        inside = empty((3,), np.float64)
    assert not np.shares_memory(inside, empty((3,), np.float64))


def test_threads_have_their_own():
    own = []
    threads = [threading.Thread(target=lambda: own.append(BlockMemory.of_thread())) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    assert own[0] is not own[1]
    assert BlockMemory.of_thread() is BlockMemory.of_thread()


def test_matmul_is_matmul():
    rng = np.random.default_rng(0)
    A, B = rng.random((4, 3)), rng.random((3, 5))
    with BlockMemory():
        assert np.array_equal(matmul(A, B), A @ B)
        assert np.allclose(matmul(A.T, A), A.T @ A)
    assert np.array_equal(matmul(A, B), A @ B)
