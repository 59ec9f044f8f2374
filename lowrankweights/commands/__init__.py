"""The command line, one file a subcommand: ``lowrankweights demo | train | evaluate | figure | ...``."""
