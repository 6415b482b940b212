"""Benchmarks of everything that serves, each beside something else measured in the same run: `make bench`."""
