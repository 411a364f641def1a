"""What tests of the web console share: a browser that is watched, an organisation to look at, every screen by name."""
