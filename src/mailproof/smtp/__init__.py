"""The SMTP conversation without I/O: bytes, states, mechanisms, and the words and values of a test."""
