"""Settings discovery: from a mail address to submission servers that were tried, best first."""
