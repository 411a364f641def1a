"""Helpers for the discovery tests: a real DNS server, scripted web servers, and a world of names around them."""
