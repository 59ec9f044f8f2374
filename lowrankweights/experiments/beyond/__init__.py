"""Figures that the paper has not: what is compared there is compared further here."""
