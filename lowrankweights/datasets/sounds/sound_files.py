"""Sound from WAV files and from NIST SPHERE files, as TIMIT has them (both are called .wav)."""

import io
from pathlib import Path

import numpy as np

from ..sources import bad_file

SPHERE = b"NIST_1A"


def read_sound(path):
    """A sound of one channel.

    Parameters
    ----------
    path : str or Path
        A WAV file of integers or floats, or a NIST SPHERE file of 16-bit PCM that is not compressed.

    Returns
    -------
    signal : ndarray, (n_samples,), float64
        Between -1 and 1 where the file holds integers.
    rate : int
        Samples a second.

    Raises
    ------
    DataFileError
        Naming the file and a remedy: if it is empty, cut off, compressed, of several channels, silent, or no
        sound file at all.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise bad_file(path, "a sound file", f"none that can be read ({error})") from error
    if not content:
        raise bad_file(path, "a sound", "an empty file")
    samples, rate = (_sphere if content.startswith(SPHERE) else _wav)(content, path)
    if samples.ndim != 1:
        got = f"{samples.shape[1]} channels"
        raise bad_file(path, "one channel", got, "keep one of them (sox FILE OUT remix 1)")
    if not len(samples):
        raise bad_file(path, "a sound", "no samples")
    if samples.min() == samples.max():
        raise bad_file(path, "a sound", f"{len(samples):,} equal samples, which is silence")
    return _as_float(samples, path), int(rate)


def _wav(content, path):
    import warnings

    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of chunks that hold no sound
            rate, samples = wavfile.read(io.BytesIO(content))
    except Exception as error:  # whatever SciPy's reading of a broken header ends in
        got = f"something else ({error})"
        raise bad_file(path, "a WAV or NIST SPHERE file", got, "convert it (sox FILE out.wav)") from error
    if rate < 1:
        raise bad_file(path, "a rate above 0", rate)
    return samples, rate


def _sphere(content, path):
    """Samples and rate of a SPHERE file: a header of lines "name -type value", then 16-bit numbers."""
    try:
        n_header = int(content[8:16])
        lines = content[:n_header].decode("ascii").split("end_head")[0].splitlines()[2:]
        parts = (line.split(maxsplit=2) for line in lines if len(line.split()) >= 3)
        fields = {name: value for name, _, value in parts}
        coding, n_bytes = fields.get("sample_coding", "pcm"), int(fields["sample_n_bytes"])
        n_channels, rate = int(fields.get("channel_count", 1)), int(fields["sample_rate"])
        order = {"01": "<i2", "10": ">i2"}[fields.get("sample_byte_format", "01")]
        n_samples = fields.get("sample_count")
        n_samples = None if n_samples is None else int(n_samples)
        if min(n_channels, rate, 1 if n_samples is None else n_samples) < 1:
            raise ValueError("channel_count, sample_rate and sample_count are not all above 0")
    except (ValueError, KeyError) as error:
        raise bad_file(path, "a NIST SPHERE header", f"one that cannot be read ({error})") from error
    if coding != "pcm" or n_bytes != 2:
        remedy = "unpack it (sph2pipe -f wav FILE OUT.wav, of the LDC)"
        raise bad_file(path, "16-bit PCM that is not compressed", f"{coding}, {n_bytes} bytes", remedy)
    body = content[n_header:]
    expected = n_channels * (len(body) // (2 * n_channels) if n_samples is None else n_samples)
    if len(body) < 2 * expected:
        raise bad_file(path, f"{expected:,} samples", f"{len(body) // 2:,}: the file is cut off")
    samples = np.frombuffer(body, order, expected)
    return (samples if n_channels == 1 else samples.reshape(-1, n_channels)), rate


def _as_float(samples, path):
    if samples.dtype.kind == "f":
        if not np.isfinite(samples).all():
            raise bad_file(path, "finite numbers", "NaN or infinite ones")
        return samples.astype(np.float64)
    info = np.iinfo(samples.dtype)
    middle = 0 if info.min < 0 else (info.max + 1) // 2  # 8 bits are unsigned
    return (samples.astype(np.float64) - middle) / (info.max - middle + 1)
