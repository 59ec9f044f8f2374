"""The mistakes that the gradient doctor knows: stable names, what each one is, how to mend it.

``MISTAKES`` are those of the mathematics, told by the numbers; ``COMPLAINTS`` are about what the
function returned or did, so that there are no numbers to compare; ``REMARKS`` are about the given theta.
"""

from typing import NamedTuple

from .adapted import mistakes as of_adapted


class Mistake(NamedTuple):
    """One mistake: its stable name, a sentence, and a hint that says how to mend it."""

    name: str
    sentence: str
    hint: str


def _table(rows):
    return {row[0]: Mistake(*row) for row in rows}


MISTAKES = _table(
    [
        (
            "transpose_missing",
            "A matrix should have been transposed and was not.",
            "Write the shapes under the line: the inner ones must cancel. dW = v^T dz, dv = dz W^T, "
            "dw_alpha = U^T dW, and with two learned factors dU = dW V^T, dV = U^T dW. Square matrices let "
            "a missing transpose pass unseen.",
        ),
        (
            "transpose_extra",
            "The gradient came out transposed.",
            "A gradient has the shape of what it is the gradient of: dW is (n_v, n_h) = v^T dz, not "
            "dz^T v. Once it is one flat vector, nobody sees the shape any more.",
        ),
        (
            "u_forgotten",
            "U^T was forgotten: rows of dW were taken as the gradient of w_alpha.",
            "W = U w_alpha, so every weight in a column of W pulls at every known one: "
            "dw_alpha = U^T dW, not dW[alpha].",
        ),
        (
            "activation_derivative_missing",
            "The derivative of the activation is missing.",
            "h = g(z), so dz = dh * g'(z), entry by entry, before dW, db and dv.",
        ),
        (
            "activation_derivative_misplaced",
            "The derivative of the activation was taken at the wrong place.",
            "g' is taken at z. Written with h = g(z) it is h (1 - h) for the sigmoid and 1 - h^2 for tanh: "
            "put h into these, and z into g'(z), never the other way round.",
        ),
        (
            "activation_derivative_twice",
            "The derivative of the activation was applied twice.",
            "dz = dh * g'(z) belongs to the layer that has the activation, and is done there once.",
        ),
        (
            "activation_derivative_other",
            "The derivative is that of another activation.",
            "Sigmoid: h (1 - h). tanh: 1 - h^2. relu: 1 where z > 0. identity: 1.",
        ),
        (
            "output_derivative_extra",
            "The output function's derivative was multiplied in once more.",
            "The derivative of the cross-entropy by z is prediction - Y already: the sigmoid's or softmax's "
            "own derivative has cancelled.",
        ),
        (
            "y_not_subtracted",
            "Y was not subtracted from the prediction.",
            "dz = softmax(z) - Y; for the squared error dz = z - Y.",
        ),
        (
            "mean_missing",
            "The division by n, the number of rows, is missing.",
            "The loss is a mean over rows, so the gradient is too: divide what was summed over rows by n.",
        ),
        (
            "mean_doubled",
            "It was divided by n, the number of rows, once too often.",
            "The 1/n of a mean belongs in one place: in the first dz, and then nowhere else. What comes from "
            "above has it already; db is a sum of dz over rows, like v^T dz.",
        ),
        (
            "mean_over_outputs",
            "The mean was taken over outputs too.",
            "The loss is a sum over outputs and a mean over rows: np.mean over a matrix divides by both.",
        ),
        (
            "factor_two",
            "It is twice or half of what it should be.",
            "Look for a 2 or a 1/2. (The 1/2 of squared error and weight decay cancels the derivative's 2.)",
        ),
        (
            "sign",
            "The sign is wrong.",
            "Yours points downhill, a gradient points uphill: look for a minus, or for Y - prediction.",
        ),
        (
            "index_order",
            "The known weights are in another order than U's columns.",
            "Row a of w_alpha belongs to column a of U. Sort alpha once, and use that one array everywhere.",
        ),
        (
            "columns_order",
            "The columns were concatenated, or cut apart, in the wrong order.",
            "W = [U_1 w_1, ..., U_J w_J]: hidden units and parameters of column 1 come first. Cut dW at the "
            "same places, in the same order.",
        ),
        (
            "blocks_order",
            "The arrays were put one after the other in another order than theta's.",
            "theta is, layer by layer: the weights (columns one after the other; U before V), then b.",
        ),
        (
            "weight_decay_missing",
            "The weight decay is missing.",
            "weight_decay / 2 times the sum of squares gives weight_decay * w in the gradient.",
        ),
        (
            "weight_decay_doubled",
            "The weight decay was counted twice.",
            "The 2 of the square cancels the 1/2: weight_decay * w, added once.",
        ),
        (
            "weight_decay_halved",
            "Only half of the weight decay is in the gradient.",
            "The derivative of weight_decay / 2 w^2 is weight_decay * w, without the 1/2.",
        ),
        (
            "weight_decay_divided",
            "The weight decay was divided by n with the rest.",
            "Divide the sum over rows by n first; weight decay is added after that.",
        ),
        (
            "weight_decay_on_U",
            "The weight decay acts on W = U w_alpha, so on U too.",
            "It acts on what is learned: on w_alpha. Its gradient is weight_decay * w_alpha, without any U.",
        ),
        (
            "weight_decay_on_bias",
            "The weight decay acts on the bias.",
            "Biases are never decayed: db has no weight_decay in it.",
        ),
        (
            "encoder_path_missing",
            "W appears twice, and the way through the encoder is missing.",
            "With tied weights dW is a sum over each appearance of W: v^T dz (encoder) "
            "+ da^T h (decoder), with a = h W^T + c.",
        ),
        (
            "decoder_path_missing",
            "W appears twice, and the way through the decoder is missing.",
            "With tied weights dW is a sum over each appearance of W: v^T dz (encoder) "
            "+ da^T h (decoder), with a = h W^T + c.",
        ),
        (
            "sparsity_missing",
            "The sparsity term has no gradient here.",
            "d sqrt(z^2 + eps) / dz = z / sqrt(z^2 + eps), times sparsity; then X^T of it.",
        ),
        (
            "unit_norm_missing",
            "The scaling of W's columns to unit norm was left out of the derivative.",
            "With W = P / |P|, dP = (dW - W (W . dW)) / |P|, each column by itself: the part of dW along W "
            "cannot change the loss.",
        ),
        (
            "pre_activation_below",
            "The pre-activation z of the layer below was taken for its output h.",
            "dW = v^T dz, where v is what the layer was given: h of the layer below.",
        ),
        (
            "h_overwritten",
            "The output h of the layer below was overwritten with its derivative, before dW was computed.",
            "dW = v^T dz, where v is h of the layer below. h *= 1 - h changes h itself: write h * (1 - h).",
        ),
        (
            "filter_flipped",
            "A filter was flipped where it should not be, or was not where it should.",
            "z lays the filter on the window as it is, and so does dW = sum of u^T dz. In dv the filter is "
            "turned by half a turn, rows and columns and nothing else; adding du up at each place turns it.",
        ),
        (
            "channels_order",
            "A window, or an image, was laid out flat in another order than (row, column, channel).",
            "The channels of a pixel are side by side: reshape from (height, width, n_channels), and with "
            "sliding_window_view move the channels last first.",
        ),
        (
            "places_not_summed",
            "The sum over the places of a filter is missing: it was a mean, or only some of them.",
            "The same filter is used at every place, so dW and db are sums over all of them, and a mean over "
            "images only: dz.sum(axis=(0, 1, 2)) / n.",
        ),
        (
            "pooled_to_all",
            "Max pooling sent the gradient to pixels that were not the largest of their block.",
            "dh goes to the largest pixel of the block alone, and the others get 0; of equal ones it goes to "
            "one, not to each.",
        ),
        (
            "padding_misplaced",
            "The zeros around the image are on the wrong side, or dv is shifted by some pixels.",
            "Of height - 1 rows of zeros (height - 1) // 2 are above, the rest below; columns likewise. dv "
            "is what is left without them. Made from windows of dz, it needs height - 1 rows above dz, less "
            "those above v.",
        ),
        *of_adapted.ROWS,
        (
            "block_missing",
            "It is all zeros: never filled in.",
            "Did you return the array you computed?",
        ),
        (
            "unknown",
            "It is wrong, and no mistake that we know explains it.",
            "Look at the table; print shapes on every line of this block, and shrink the data to one row.",
        ),
    ]
)

REMARKS = _table(of_adapted.OF_THETA)
COMPLAINTS = _table(
    [
        ("raised", "The function raised an error.", "Mend this first."),
        ("returned_none", "The function returned None.", "Is there a return at its end?"),
        ("loss_only", "Only one number came back: the loss.", "Return both: return loss, grad."),
        ("wrong_shape", "The gradient has the wrong shape.", "A gradient has the shape of its parameter."),
        ("not_numbers", "What came back is not made of real numbers.", "Return NumPy arrays of floats."),
        (
            "not_finite",
            "There are NaN or infinite numbers.",
            "Look for log(0), 0 / 0 and exp of large numbers.",
        ),
        (
            "integers",
            "The gradient is made of integers.",
            "Integers cut off what is behind the point: np.zeros(n, int) does this, and np.zeros_like of an "
            "integer array. Use floats.",
        ),
        (
            "changed_its_input",
            "The function changed the arrays that it was given.",
            "Write z = z + b, not z += b, where z may be the caller's array; or copy first.",
        ),
        (
            "not_repeatable",
            "Two calls with the same arguments gave different results.",
            "Look for random numbers, or for an array kept from the last call.",
        ),
        (
            "right_at_one_point",
            "At your theta it is right, elsewhere wrong.",
            "Compute it from theta, X and Y and keep nothing from before; and leave out nothing that happens "
            "to be zero at your theta, such as a bias.",
        ),
        (
            "wrong_arguments",
            "The function takes other arguments than expected.",
            "Keep the first line as it was given, or write it as student(theta, X, Y).",
        ),
    ]
)

FORMULAS = {"dW": "dW = v^T dz", "dv": "dv = dz W^T", "dw_alpha": "dw_alpha = U^T dW", "dU": "dU = dW V^T"}
FORMULAS |= {"dV": "dV = U^T dW"}
ON_IMAGES = FORMULAS | {"dW": "dW = u^T dz", "dv": "du = dz W^T"}
# One layer's backward function has no theta: its sentence and hint, None where nothing changes.
IN_A_LAYER = {
    "transpose_missing": (
        None,
        "Write the shapes under the line: the inner ones must cancel. {formulas}. Square matrices let a "
        "missing transpose pass unseen.",
    ),
    "transpose_extra": (None, "A gradient has the shape of what it is the gradient of. {formulas}."),
    "blocks_order": ("The arrays came back in another order than asked for.", "In order: {names}."),
    "right_at_one_point": (
        "With the first arguments it is right, with others wrong.",
        "Compute it from the arguments and keep nothing from before.",
    ),
    "wrong_arguments": (None, "Keep the first line as it was given."),
}


def of_layer(entry, names, on_images=False, adapted=False):
    """A mistake's entry for a layer's backward function that returns the gradients with these names."""
    sentence, hint = IN_A_LAYER.get(entry.name, (None, None))
    names = list(dict.fromkeys(name.split(", ")[-1] for name in names))
    known = (ON_IMAGES if on_images else FORMULAS) | (of_adapted.FORMULAS if adapted else {})
    formulas = ", ".join(known[name] for name in names if name in known)
    hint = hint and hint.format(names=", ".join(names), formulas=formulas)
    return entry._replace(sentence=sentence or entry.sentence, hint=hint or entry.hint)
