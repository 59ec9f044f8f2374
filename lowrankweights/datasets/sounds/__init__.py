"""Sounds: files of one channel, and sentences of TIMIT with the phones that were said."""

from .sound_files import read_sound
from .timit import RATE, TIMIT, Utterance, checked_sound, fetch_timit, read_phones

__all__ = ["RATE", "TIMIT", "Utterance", "checked_sound", "fetch_timit", "read_phones", "read_sound"]
