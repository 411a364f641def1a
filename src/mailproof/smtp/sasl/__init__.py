"""SASL mechanisms (RFC 4422) as SMTP carries them (RFC 4954). No I/O."""
