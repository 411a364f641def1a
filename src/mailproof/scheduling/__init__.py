"""Work that takes long: on bounded and fair threads, or one piece in each turn of an event loop."""
