"""Runs too long for the tests: fuzz (`make fuzz`), soak (`make soak`), faults (`make faults`). Loopback only."""
