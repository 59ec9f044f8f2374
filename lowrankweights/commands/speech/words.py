"""What ``speech`` prints: the phones, and beside them those that were said."""

import numpy as np


def table(segments, probabilities):
    """Lines: from, to, phone, and how probable it was in its frames."""
    from ...speech import N_STATES, PHONES
    from ...speech.front_end import STEP, WIDTH

    of_phones = probabilities.reshape(len(probabilities), -1, N_STATES).sum(axis=2)
    yield f"{'from':>7}  {'to':>6}  {'phone':<5}  probability"
    for s in segments:
        p = float(np.mean(of_phones[s.start : s.end, PHONES.index(s.phone)]))
        start, end = (k * STEP + WIDTH / 2 for k in (s.start, s.end))
        yield f"{start:7.2f}  {end:6.2f}  {s.phone:<5}  {p:.2f} {'#' * round(20 * p)}"


def against(said, segments):
    """What was said and what was decoded below each other, in 39 classes, and how much is wrong."""
    from rapidfuzz.distance import Levenshtein

    from ...speech import fold, phone_error_rate

    phones = [[s.phone for s in part] for part in (said, segments)]
    reference, decoded = map(fold, phones)
    pairs = []
    for step in Levenshtein.opcodes(reference, decoded):
        left, right = (
            reference[step.src_start : step.src_end],
            decoded[step.dest_start : step.dest_end],
        )
        n = max(len(left), len(right))
        pairs += zip([*left, *["-"] * (n - len(left))], [*right, *["-"] * (n - len(right))], strict=True)
    for start in range(0, len(pairs), 20):
        part = pairs[start : start + 20]
        for k, name in enumerate(("said", "decoded")):
            yield f"{name:>8}: " + " ".join(f"{pair[k]:<3}" for pair in part).rstrip()
        yield f"{'':>8}  " + " ".join("   " if a == b else "^^^" for a, b in part).rstrip()
    yield f"phone error rate {100 * phone_error_rate(*[[p] for p in phones]):.1f} % (39 classes)"
