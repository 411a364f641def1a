"""What tests of the running service and of its transports share."""
