"""The only place that runs SMTP over sockets."""
