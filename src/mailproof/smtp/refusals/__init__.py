"""What a server's refusal means: its words become notions, and rules say what has to change. No I/O."""
