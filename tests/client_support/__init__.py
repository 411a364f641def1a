"""Clients that others wrote, each calling every RPC: the scenario, the drivers, and the matrix of what came of it."""
