// nodemailer's verify(): connect, EHLO, STARTTLS, AUTH, QUIT. Its TLS context is made once, which its users rarely do:
// with `tls: { ca }` it is read again for each connection, and the figures would be worse.

import { createInterface } from "node:readline";
import tls from "node:tls";
import nodemailer from "nodemailer";

const { value: line } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const job = JSON.parse(line);
const secure = job.mode !== "plain";
const transport = nodemailer.createTransport({
  host: job.host,
  port: job.port,
  name: "bench.example.org",
  secure: job.mode === "implicit",
  requireTLS: job.mode === "starttls",
  ignoreTLS: job.mode === "plain",
  auth: secure ? { user: "bench@example.org", pass: "correct horse" } : undefined,
  tls: secure ? { secureContext: tls.createSecureContext({ ca: job.ca_pem, minVersion: "TLSv1.2" }) } : undefined,
});

async function rounds(tests) {
  let left = tests;
  const work = async () => {
    while (left-- > 0) await transport.verify();
  };
  await Promise.all(Array.from({ length: job.concurrent }, work));
}

await rounds(job.warm_up);
const began = performance.now();
const before = process.cpuUsage();
await rounds(job.tests);
const used = process.cpuUsage(before);
const wall = (performance.now() - began) / 1000;
console.log(JSON.stringify({ cpu: (used.user + used.system) / 1e6, wall }));
process.exit(0);
