"""aiosmtplib on uvloop: connect, EHLO, STARTTLS, AUTH, QUIT, with a context and an EHLO name made once."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable

import aiosmtplib
import uvloop
from bench.smtp.job import EHLO_NAME, PASSWORD, USER, Job, serve


def prepare(job: Job) -> Callable[[], Awaitable[None]]:
    """Return one test."""
    context = ssl.create_default_context(cadata=job.ca_pem)
    secure = job.mode != "plain"

    async def test() -> None:
        client = aiosmtplib.SMTP(
            hostname=job.host,
            port=job.port,
            local_hostname=EHLO_NAME,
            use_tls=job.mode == "implicit",
            start_tls=job.mode == "starttls",
            tls_context=context if secure else None,
        )
        await client.connect()
        if secure:
            await client.login(USER, PASSWORD)
        else:
            await client.ehlo()
        await client.quit()

    return test


if __name__ == "__main__":
    uvloop.run(serve(prepare))
