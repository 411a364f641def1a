"""The command `mailproof`, a file for each subcommand. Everything heavy is imported when a command runs."""
