import numpy as np
import pytest

from lowrankweights import speech
from lowrankweights.speech import Segment


def test_sixty_one_phones_are_folded_into_thirty_nine():
    assert len(speech.PHONES) == len(set(speech.PHONES)) == 61
    folded = {phone: speech.fold([phone]) for phone in speech.PHONES}
    assert folded["q"] == [] and all(len(f) == 1 for p, f in folded.items() if p != "q")
    classes = {f[0] for f in folded.values() if f}
    assert len(classes) == 39
    # each class but silence is one of the phones, and is its own
    assert all(folded[c] == [c] for c in classes - {"sil"})
    with pytest.raises(ValueError, match="^phones: expected one of .*, got 'xx'"):
        speech.fold(["aa", "xx"])


def test_every_frame_has_the_phone_at_its_middle_and_thirds_come_in_order():
    segments = [Segment(0, 1600, "h#"), Segment(1600, 6400, "aa"), Segment(6400, 8000, "s")]
    labels = speech.label_frames(segments, 48, 16_000)
    phones = [speech.PHONES[k // 3] for k in labels]
    middle = 160 * np.arange(48) + 200
    said = ["h#" if m < 1600 else "aa" if m < 6400 else "s" for m in middle]
    assert phones == said
    for name in ("h#", "aa", "s"):
        states = [k % 3 for k, p in zip(labels, phones, strict=True) if p == name]
        assert states == sorted(states) and set(states) == {0, 1, 2}
    # a frame beyond the last phone is its end's
    assert speech.label_frames(segments, 60, 16_000)[-1] == 3 * speech.PHONES.index("s") + 2
