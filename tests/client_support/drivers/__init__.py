"""One module for each Python client: how it makes a call. `common` calls every RPC with it."""
