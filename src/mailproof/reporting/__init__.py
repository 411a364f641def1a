"""How reports are put into lines of text, for a terminal as for who asks REST for plain text. Pure."""
