"""Networks with every number and every shape shown: worked numbers and drawings."""
