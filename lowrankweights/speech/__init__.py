"""Speech, by hand: from a waveform to 39 numbers a frame, and from a network's outputs to phones.

It is what the paper's second experiment needs (section 4.1): weights whose inputs have no image's topology.
"""

from .decoding import Bigram, viterbi
from .front_end import differences, frames, in_context, mel_filters, mfcc
from .phones import FOLDED, N_STATES, PHONES, Segment, fold, label_frames
from .recognition import N_CLASSES, Decoder
from .scoring import edits, phone_error_rate
from .synthesis import Spoken, Voice, babble, synthesise

__all__ = [
    "FOLDED",
    "N_CLASSES",
    "N_STATES",
    "PHONES",
    "Bigram",
    "Decoder",
    "Segment",
    "Spoken",
    "Voice",
    "babble",
    "differences",
    "edits",
    "fold",
    "frames",
    "in_context",
    "label_frames",
    "mel_filters",
    "mfcc",
    "phone_error_rate",
    "synthesise",
    "viterbi",
]
