"""The contract of a store, and what all engines share. Each engine has a folder of its own."""
