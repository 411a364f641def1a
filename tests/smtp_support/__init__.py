"""Helpers for the SMTP tests: certificates, a scripted peer, a real server, and a short way to run the probe."""
