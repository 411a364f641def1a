"""The law of the folders, as a table and the check of it."""
