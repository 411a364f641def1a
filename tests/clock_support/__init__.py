"""What tests use in place of a stopwatch: a loop whose clock counts only what was waited out, and waits for what comes.

A test never asserts that something was quick: a machine under load makes any such assertion wrong. `loop` proves that
a wait was not waited for, `waiting` waits for what has to happen until only a hang is left, `law` finds stopwatches.
"""
