"""A small SMTP server on loopback, so that a first test works offline."""
