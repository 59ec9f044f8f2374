"""What is trained on where it is speech: frames of TIMIT, and afterwards how phones are decoded."""

import numpy as np

from ... import speech
from ...experiments import spoken
from .job import Job

RATE = "phone_error_rate"


def timit_job(arguments):
    """The job of TIMIT, or of its sample, from the folder ``timit`` of ``LOWRANKWEIGHTS_DATA``.

    Of a whole TIMIT the training part is learned from and the core test is for the test; of the sample four
    speakers are tested and two more choose the penalty on a new phone.
    """
    train, validation, test, skipped = speakers_of_timit(arguments.skip_bad)
    rows = spoken.as_rows(train, validation, test)
    for line in skipped:
        print(f"skipped: {line}")

    def head(network):
        n = [len({s.speaker for s in part}) for part in (train, validation, test)]
        return (
            f"timit: {len(rows.X_train):,} frames of {n[0]} speakers to learn from, {n[1]} speakers to "
            f"choose by, {len(rows.X_test):,} frames of {n[2]} to test on; 429 numbers a frame, 183 classes"
        )

    def finish(model):
        decoder = spoken.decoder_of(train)
        looked_at, found = ([probabilities(model, s.features) for s in part] for part in (validation, test))
        decoder = decoder.with_best_penalty(looked_at, spoken.said(validation))
        wrong, n = zip(*decoder.edits(found, spoken.said(test)), strict=True)
        return {RATE: sum(wrong) / sum(n)}, {"speech": decoder._asdict()}

    parts = [rows.X_train, rows.y_train, rows.X_test, rows.y_test]
    words = "classification", "class", "frames"
    return Job("timit", *parts, None, *words, {"data": "timit"}, head, finish)


def speakers_of_timit(skip_bad=False):
    """Sentences to train on, to choose by and to test on, and what was skipped."""
    sentences, skipped = spoken.load("timit-sample", skip_bad)
    whole = {"train", "test", "core test"} <= {s.part for s in sentences}
    return *spoken.folds("timit" if whole else "timit-sample", sentences)[0], skipped


def probabilities(model, features):
    """Of all 183 states at each frame, (n_frames, 183), by a classifier that may not know all of them."""
    found = np.zeros((len(features), speech.N_CLASSES))
    found[:, model.classes_] = model.predict_proba(speech.in_context(features))
    return found
