"""Our client as `client_probe` runs it, on a system that has no epoll."""

from __future__ import annotations

import select

import uvloop
from bench.smtp.job import serve

del select.epoll  # before anything of ours is imported

from bench.smtp.client_probe import prepare  # noqa: E402

from mailproof.service.garbage import tune  # noqa: E402

if __name__ == "__main__":
    uvloop.run(serve(prepare, tune))
