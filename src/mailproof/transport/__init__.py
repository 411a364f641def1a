"""The wires: gRPC, grpc-web (sonora) and REST. Each hands the same guarded calls of `rpc.calls` to its clients."""
