"""Targets of the coverage-guided fuzzer. `make fuzz` runs them; tests/unit/test_fuzz_corpus.py replays their corpus."""
