"""Settings discovery: from a mail address to submission servers that were tried, best first.

`providers`, `autoconfig`, `candidates`, `events` and `conclusion` are pure; `records` asks the DNS, `web` fetches one
document over HTTPS, `discover` runs a search. Law: a search never sends credentials and never follows a redirect.
"""
