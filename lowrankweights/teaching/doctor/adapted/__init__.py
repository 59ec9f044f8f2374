"""Adapted weights, a frozen W_0 and what is learned beside it: their mistakes, and a W_0 that does not stay.

mistakes.py   names, sentences, hints
faults.py     the wrong lines
stepped.py    a gradient after the other factor's step: the student's numbers say how long it was
moved.py      a W_0 that moves from call to call
elsewhere.py  a W_0 that had moved before
zeros.py      a theta at which both factors are zero
"""
