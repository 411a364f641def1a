"""Attacks on a running `mailproof serve`, with figures of what was tried.

`make attack` runs all, `make attack ATTACKS=idle` a family of that name; without make it is, in the project's folder,
`PYTHONPATH=tests python -m bench.attack idle`. One family of attacks is one module of `bench.attack.families`, named as
the family. To add one, write `bench/attack/families/NAME.py` with

    FLAGS = ("--max-concurrent-tests=50",)      # optional: further flags of the service
    DESCRIPTORS = 1024                          # optional: its limit of open files

    def run(target: Target) -> Iterator[Row]:
        with target.watched("200 half-sent calls", max_rss=200, max_health=100) as watch:
            ...                                 # attack target.grpc_address, target.http_address
            watch.tried = "200 calls of 2 MiB, each sent but for its last byte"
        yield watch.row()

While `watched` runs, a process beside the attacker asks for health over fresh connections and makes calls with a token,
and the memory of the service is read 20 times a second. A bound that is given and broken makes the exit status 1; so do
calls with a token that fail, unless `max_refused` allows some. What a watch can't see is added with
`watch.check(holds, "what had to be true")`. A family that needs another service runs one with `target.serving(...)`.
Attackers use addresses of their own: `service_support.strangers.sources(n)` has n loopback
addresses to connect from, and `service_support.frames` a client of raw HTTP/2 frames.

The short version of each attack is a test in tests/e2e/attacks/.
"""
