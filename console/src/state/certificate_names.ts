/** Names in certificates: what a person knows a certificate by, and whether one of its names is the wanted one. Pure. */

/** One attribute of a distinguished name as RFC 4514 writes it: `["CN", "Acme Issuing CA 2"]`. */
type Attribute = [kind: string, value: string];

/** Takes a distinguished name (RFC 4514) apart. What is no such name has no attributes. */
export function attributesOf(name: string): Attribute[] {
  const pieces = name.match(/(?:\\.|[^\\,+])+/gsu) ?? [];
  return pieces.flatMap((piece) => {
    const equals = piece.indexOf("=");
    return equals < 1 ? [] : [[piece.slice(0, equals).trim().toUpperCase(), unescaped(piece.slice(equals + 1))]];
  });
}

/** Undoes RFC 4514's escapes: a backslash before the character itself, or before the octets of UTF-8 in hexadecimal. */
function unescaped(text: string): string {
  return text.replace(/(?:\\[0-9a-f]{2})+|\\(.)/gisu, (all, character: string | undefined) => {
    if (character !== undefined) return character;
    const octets = all.slice(1).split("\\");
    return new TextDecoder().decode(new Uint8Array(octets.map((octet) => Number.parseInt(octet, 16))));
  });
}

/** What a person knows the owner of a distinguished name by: the common name, or else the next best part of it. */
export function commonName(name: string): string {
  const attributes = attributesOf(name);
  for (const kind of ["CN", "O", "OU"]) {
    const value = attributes.find(([each, text]) => each === kind && text.trim() !== "")?.[1];
    if (value) return value;
  }
  return name;
}

/** Says whether a name of a certificate is for a host (RFC 9525 section 6.3) or an address (section 6.4). */
export function isFor(name: string, wanted: string): boolean {
  const [own, expected] = [comparable(name), comparable(wanted)];
  if (own === "" || expected === "") return false;
  if (own === expected) return true;
  const rest = expected.slice(expected.indexOf("."));
  return own.startsWith("*.") && own.slice(1) === rest && !isAddress(expected);
}

function isAddress(text: string): boolean {
  return text.includes(":") || /^\d+(?:\.\d+){3}$/.test(text);
}

/** One spelling of the many that a name or an address has: lower case, ASCII, IPv6 as RFC 5952 has it. */
function comparable(text: string): string {
  const name = text.replace(/\.$/, "").toLowerCase();
  const isIpv6 = name.includes(":");
  if (!isIpv6 && /^[\x20-\x7e]*$/.test(name)) return name;
  try {
    return new URL(isIpv6 ? `http://[${name.replace(/^\[|\]$/g, "")}]` : `http://${name}`).hostname.replace(
      /[[\]]/g,
      "",
    );
  } catch {
    return name;
  }
}
