"""Everything on the network that is not SMTP: egress policy, names, sockets, trust, HTTP."""
