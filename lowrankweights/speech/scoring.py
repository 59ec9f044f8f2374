"""Phone error rate: how many phones are wrong, missing or too many."""

from .. import _checks
from .phones import as_list, fold


def phone_error_rate(references, hypotheses, folded=True):
    """Substitutions, deletions and insertions, over the number of phones that were said.

    Parameters
    ----------
    references, hypotheses : sequence of sequences of str
        Phones of each utterance: said, and decoded.
    folded : bool
        Whether the 61 phones are folded into 39 classes first; else they are compared as they are.

    Returns
    -------
    rate : float
        From 0; above 1 where much was inserted.

    Raises
    ------
    ValueError
        If there are not as many hypotheses as references, or nothing was said.

    Notes
    -----
    The edit distance (V. Levenshtein, 1966), by rapidfuzz.

    Examples
    --------
    >>> phone_error_rate([["sil", "aa", "m"]], [["sil", "m", "m", "n"]], folded=False)
    0.6666666666666666
    """
    wrong, said = zip(*edits(references, hypotheses, folded), strict=True)
    if not sum(said):
        _checks.fail("references", "at least one phone", "none")
    return sum(wrong) / sum(said)


def edits(references, hypotheses, folded=True):
    """For each utterance (edits, phones said), a list of pairs of int; as ``phone_error_rate``."""
    from rapidfuzz.distance import Levenshtein

    references, hypotheses = _utterances("references", references), _utterances("hypotheses", hypotheses)
    if len(references) != len(hypotheses) or not references:
        got = f"{len(hypotheses)} of {len(references)}"
        _checks.fail("hypotheses", "one for each reference, and at least one", got)
    pairs = zip(references, hypotheses, strict=True)
    if folded:
        pairs = ((fold(r), fold(h)) for r, h in pairs)
    return [(Levenshtein.distance(r, h), len(r)) for r, h in pairs]


def _utterances(name, value):
    """Each utterance's phones, a list of lists of str."""
    expected = "a sequence of phones for each utterance"
    return [as_list(name, utterance, expected) for utterance in as_list(name, value, expected)]
