"""mailproof stores an organisation's SMTP settings and proves that they work."""

__version__ = "0.1.0"
