"""Name, sentence and hint of the mistakes of adapted weights, and of a theta at which both factors are 0."""

ROWS = [
    (
        "w0_changed",
        "The frozen W_0 was changed: this is the gradient at another W_0.",
        "Only what is beside W_0 takes a step. W = W0; W += scale * U @ V changes W_0 itself: write "
        "W = W0 + scale * (U @ V).",
    ),
    (
        "w0_forgotten",
        "The frozen W_0 was forgotten: only what is added to it was taken for W.",
        "W = W_0 + scale U V, so z = v W_0 + scale v U V + b and dv = dz W_0^T + scale dz V^T U^T: what is "
        "frozen has no gradient, but it is in both passes.",
    ),
    (
        "added_forgotten",
        "What is added to W_0 was forgotten: W_0 alone was taken for W.",
        "W = W_0 + scale U V in the forward pass, and in dv = dz W^T too. It is zero at the beginning only.",
    ),
    (
        "scale_forgotten",
        "The scale of what is added to W_0 is missing.",
        "W = W_0 + scale U V, so dU = scale dW V^T and dV = scale U^T dW; of vera G = scale U^T dW, in dd "
        "and in de. The scale belongs into W, into dv = dz W^T and into both gradients.",
    ),
    (
        "scale_squared",
        "The scale of what is added to W_0 was multiplied in twice.",
        "scale is in W once, so it is in each gradient once: put it into dW, or into dU and dV, and not into "
        "both.",
    ),
    (
        "factors_exchanged",
        "One factor was taken for the other: U for V, or d for e.",
        "dU has V in it and dV has U: dU = scale dW V^T, dV = scale U^T dW. So dd has e in it, and de has d: "
        "with G = scale U^T dW, dd_k = sum_j G_kj V_kj e_j and de_j = sum_k d_k V_kj G_kj.",
    ),
    (
        "factor_forgotten",
        "One of the factors U diag(d) V diag(e) was left out.",
        "W = W_0 + scale U diag(d) V diag(e). With G = scale U^T dW, dd_k = sum_j G_kj V_kj e_j and "
        "de_j = sum_k d_k V_kj G_kj: V in both, e in dd, d in de.",
    ),
    (
        "factor_stepped",
        "The other factor had taken its step already when this gradient was computed.",
        "Both gradients are at the same theta: compute dU and dV first, then step with both.",
    ),
    (
        "weight_decay_on_W",
        "The weight decay acts on W, or on what is added to W_0, and not on what is learned.",
        "It acts on U and V (of vera on d and e), each by itself: weight_decay * U is in dU, and W_0 in no "
        "gradient's weight decay.",
    ),
]
OF_THETA = [
    (
        "factors_at_zero",
        "Both factors of a product are zero, so both gradients are zero, and neither would ever move.",
        "No gradient can show a mistake there. Begin one of the two at random, the other at zero: then the "
        "product begins at zero, and moves.",
    ),
]
# of one layer's backward function
FORMULAS = {
    "dU": "dU = scale dW V^T",
    "dV": "dV = scale U^T dW",
    "dd": "dd_k = sum_j G_kj V_kj e_j with G = scale U^T dW",
    "de": "de_j = sum_k d_k V_kj G_kj",
}
