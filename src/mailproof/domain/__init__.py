"""The values and rules that everybody shares. Imports the standard library alone; no I/O."""
