"""Lines of results that earlier versions wrote, in today's words."""

# The stop rule used to be written as its sentence. These stay as they are when a rule is reworded.
STOP_RULES = {
    "validation error fell by less than 2% in 60 iterations": "validation error",
    "training loss fell by less than 5% in 60 iterations": "training loss",
}


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
    if result.get("data") == "digits":  # figures only ever used the enlarged ones
        result["data"] = "digits-16x16"
    return result
