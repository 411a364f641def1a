"""The plain ways of what is written for speed. Tests compare the two; bench/shortcuts_bench.py measures both."""
