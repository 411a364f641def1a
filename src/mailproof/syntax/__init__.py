"""What strings may look like, written once: addresses, hosts, URLs, OAuth 2.0 grants, plain text. No I/O."""
