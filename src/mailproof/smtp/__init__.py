"""The SMTP diagnosis: a sans-I/O core (wire, dialogue, findings) and the probe that feeds it.

Nothing here knows of gRPC, protobuf or the store.
"""
