"""Adapted weights, a frozen W_0 and what is learned beside it: their faults, and a W_0 that does not stay."""
