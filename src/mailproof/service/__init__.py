"""The composition root and what only a running service has: settings, logs, the choice of an engine."""
