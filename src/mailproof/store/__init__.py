"""What is kept: the contract of a store, and what all engines share. An engine has a folder of its own."""
