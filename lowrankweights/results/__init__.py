"""Numbers that were measured: lines of results, intervals, and claims held against them."""
