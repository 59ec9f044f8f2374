"""The paper's figures, one file each; what a figure must offer is declared in ``runner``."""
