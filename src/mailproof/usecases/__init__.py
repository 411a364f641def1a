"""What each call makes happen. Knows values and contracts; no protobuf, gRPC, SQL or socket."""
