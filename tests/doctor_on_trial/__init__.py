"""The gradient doctor on trial: random mistakes by careless students, written apart from its passes."""
