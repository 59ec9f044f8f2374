"""``lowrankweights speech``: the phones of a sound, as text and as a picture."""

from pathlib import Path

from ... import _checks
from .. import add_command, draw_to_files, file_path, load_model, output_path
from .words import against, table

MODELS = Path("out")
MAKE_ONE = (
    "`lowrankweights train timit` makes one (with TIMIT or its sample), `lowrankweights figure 4-timit` too"
)


def add(commands):
    """The subcommand and its arguments."""
    text = "Which phones are said in a sound: spectrogram, probabilities and phones, as a picture and text."
    add_command(commands, "speech", run, text, _arguments)


def _arguments(parser):
    add = parser.add_argument
    text = "a sound of one channel, 16 kHz; where there is a .phn of its name beside it, that is compared"
    add("file", type=file_path, metavar="FILE.wav", help=text)
    text = "a model of speech; default: the newest in out/"
    add("--model", type=file_path, default=None, help=text)
    text = "picture to write; default: out/FILE-phones.png"
    add("--out", type=output_path, default=None, help=text)
    add(
        "--skip-bad",
        action="store_true",
        help="go on without a .phn that is wrong, and say so; else an error",
    )


def run(arguments):
    """Decode, print, draw."""
    from ... import speech
    from ...datasets.sounds import RATE, checked_sound
    from ..train.speech_job import probabilities

    draw_to_files()
    path, model, notes = _model(arguments.model)
    signal = checked_sound(arguments.file)
    found = probabilities(model, speech.mfcc(signal, RATE))
    decoder = speech.Decoder(**notes["speech"])
    segments = decoder.decode(found)
    print(
        f"{arguments.file}: {len(signal) / RATE:.2f} s, {len(found):,} frames; model {path} ({notes['data']})"
    )
    for line in table(segments, found):
        print(line)
    said = _said(arguments, len(signal))
    if said:
        for line in against(said, segments):
            print(line)
    print(f"picture: {_draw(arguments, signal, found, segments, said)}")


def _model(path):
    """A model that knows phones: its path, itself and its notes; an error that says how one is made."""
    from ...estimators.model_files import is_model, read_notes

    if path is not None:
        model, notes = load_model(path)
        if "speech" not in notes:
            _checks.fail("--model", f"a model of speech ({MAKE_ONE})", f"{path}, of {notes.get('data')}")
        return path, model, notes
    found = [p for p in sorted(MODELS.glob("*.npz")) if is_model(p) and "speech" in read_notes(p)]
    if not found:
        _checks.fail("--model", f"a model of speech: {MAKE_ONE}", f"none in {MODELS}/")
    newest = max(found, key=lambda p: p.stat().st_mtime)
    return newest, *load_model(newest)


def _said(arguments, n_samples):
    """The segments of the .phn beside the sound, None where there is none."""
    from ...datasets import DataFileError
    from ...datasets.sounds import read_phones

    file = arguments.file
    beside = next((p for p in file.parent.iterdir() if p.name.lower() == f"{file.stem.lower()}.phn"), None)
    if beside is None:
        return None
    try:
        return read_phones(beside, n_samples)
    except DataFileError as error:
        if not arguments.skip_bad:
            raise
        print(f"skipped: {error}")
        return None


def _draw(arguments, signal, probabilities, segments, said):
    import matplotlib.pyplot as plt

    from ... import plotting
    from ...datasets.sounds import RATE

    out = arguments.out or MODELS / f"{arguments.file.stem}-phones.png"
    out.parent.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(plotting.STYLE):
        axes = plotting.phones_of_a_sound(signal, RATE, probabilities, segments, said)
        axes[0].set_title(arguments.file.name)
        axes[0].figure.savefig(out)
        plt.close(axes[0].figure)
    return out
