"""Messages posted to an HTTP provider: format, signature, verdict, and the post itself."""
