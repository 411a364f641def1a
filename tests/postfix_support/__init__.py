"""A real Postfix with Dovecot's SASL, as a child of the tests: own folders, own ports, nothing of the system's."""
