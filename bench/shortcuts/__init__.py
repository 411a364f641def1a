"""What bench/shortcuts_bench.py runs: the plain ways, and a server that takes one or the other."""
