"""Lines of results that earlier versions wrote, in today's words."""

# The stop rule used to be written as its sentence. These stay as they are when a rule is reworded.
STOP_RULES = {
    "validation error fell by less than 2% in 60 iterations": "validation error",
    "training loss fell by less than 5% in 60 iterations": "training loss",
}


OF_PATCHES = ("1-rica-natural", "1-rica-stl", "2")  # figures that learn from patches
OURS = ("1-mnist", "1-rica-natural", "1-rica-stl", "2", "4-mnist", "6-proportion", "6-budget")


def in_todays_words(result):
    """The same result, so that a spec of today finds its run of then; the line itself stays as it is.

    >>> rule = "training loss fell by less than 5% in 60 iterations"
    >>> old = {"figure": "4-mnist", "data": "digits", "stop_rule": rule}
    >>> in_todays_words(old)["data"], in_todays_words(old)["stop_rule"]
    ('digits-16x16', 'training loss')
    >>> in_todays_words(in_todays_words(old)) == in_todays_words(old)
    True
    """
    result = dict(result)
    if result.get("figure") not in OURS:  # somebody's own, in their own words
        return result
    sentence = result.get("stop_rule")
    if sentence in STOP_RULES:
        result |= {"stop_rule": STOP_RULES[sentence], "stop_sentence": sentence}
    if "share" in result:
        result["proportion_known"] = result.pop("share")
    if result.get("figure") in OF_PATCHES and "n_train" in result:  # patches, not images
        result["n_patches"] = result.pop("n_train")
        if "spec_keys" in result:
            result["spec_keys"] = sorted("n_patches" if k == "n_train" else k for k in result["spec_keys"])
    if result.get("data") == "digits":  # figures only ever used the enlarged ones
        result["data"] = "digits-16x16"
    return result
