"""From what happened in a test to what it means and what to change. No I/O."""
