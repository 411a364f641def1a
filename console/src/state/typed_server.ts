/** A mail server as people type or paste it: a host, "host:port", "[IPv6]:port", or a URL such as "smtps://host". */

export type TypedServer = {
  /** Without brackets. */
  host: string;
  /** What was typed, or what the URL's scheme means; null where it is left open. */
  port: number | null;
  /** Whether the scheme demands TLS; null where it is left open. */
  tls: boolean | null;
  /** Who logs in, as some write it before the host; empty where nobody is named. */
  user: string;
  password: string;
};

/** Port and demand for TLS of each scheme that the service reads. */
const SCHEMES: Record<string, readonly [number | null, boolean | null]> = {
  smtp: [null, null],
  smtps: [465, true],
  "smtp+starttls": [null, true],
  submission: [587, null],
  submissions: [465, true],
  ssl: [465, true],
};

/** Takes it apart; null where it is a host alone, or nothing that is understood, which then stays as it was typed. */
export function typedServer(text: string): TypedServer | null {
  const scheme = /^([a-z+]+):\/\//i.exec(text.trim());
  const known = scheme ? SCHEMES[(scheme[1] ?? "").toLowerCase()] : ([null, null] as const);
  if (!known) return null;
  let rest = text.trim().slice(scheme?.[0].length ?? 0);
  if (scheme) rest = rest.replace(/\/$/, "");
  const at = rest.lastIndexOf("@");
  if (at >= 0 && !scheme) return null; // a mail address
  const [user = "", ...password] = rest.slice(0, Math.max(at, 0)).split(":");
  const found = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^\s:/?#[\]@]+))(?::(\d{1,5}))?$/i.exec(rest.slice(at + 1));
  if (!found) return null;
  const port = found[3] === undefined ? known[0] : Number(found[3]);
  if (port !== null && (port < 1 || port > 65535)) return null;
  if (!scheme && port === null && found[1] === undefined) return null;
  return {
    host: found[1] ?? found[2] ?? "",
    port,
    tls: known[1],
    user: decoded(user),
    password: decoded(password.join(":")),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** "host:port" as the service keeps it; an IPv6 address in brackets. Without a port the host alone. */
export function serverText(host: string, port: string): string {
  const name = host.trim();
  const literal = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  return port.trim() ? `${literal}:${port.trim()}` : literal;
}

/** A host as it is looked up: two spellings of one server are equal then. */
export function lookedUp(host: string): string {
  const name = host.trim().replace(/\.$/, "");
  try {
    return new URL(`http://${serverText(name, "")}`).hostname;
  } catch {
    return name.toLowerCase();
  }
}
