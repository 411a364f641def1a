/**
 * The file of an export: a line of JSON for the header, one for each page, one for the trailer; or one document.
 * It is the same that `mailproof config export` and `import` write and read. Here it is only read: nothing is asked.
 */
import { type DescMessage, fromJson, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  type ConfigsDocument,
  ConfigsDocumentSchema,
  type ConfigsHeader,
  ConfigsHeaderSchema,
  type ConfigsPage,
  ConfigsPageSchema,
  type ConfigsTrailer,
  ConfigsTrailerSchema,
  type ExportedProvider,
  type StreamExportConfigsResponse,
  StreamExportConfigsResponseSchema,
} from "../../gen/smtpdiag/v1/instance_pb.ts";

/** The largest file that is read in a browser, in bytes; the command reads any. */
export const LARGEST = 64 * 1024 * 1024;
/** The form that this release knows. */
const VERSION = 1;

/** A whole file that may be imported. */
export type TransferFile =
  | { form: "pages"; header: ConfigsHeader; pages: ConfigsPage[]; trailer: ConfigsTrailer }
  | { form: "document"; document: ConfigsDocument };

/**
 * What is wrong with a file, by the name of its sentence.
 * - `not_json`: a line is none. `not_export`: JSON, but nothing of an export. `empty`, `too_large`: as it says.
 * - `broke_off`: the service ended the export with an error. `no_trailer`: the end is missing.
 * - `version`: of another release. `pages`: missing, doubled or moved. `mixed`: parts of two exports.
 * - `counts`: the trailer counts others. `behind`: something stands behind the end. `doubled`: an id stands there twice.
 */
export type FileProblem = {
  what:
    | "empty"
    | "too_large"
    | "not_json"
    | "not_export"
    | "broke_off"
    | "no_trailer"
    | "version"
    | "pages"
    | "mixed"
    | "counts"
    | "behind"
    | "doubled";
  /** The places of the sentence. */
  values: Record<string, string>;
};

/** Thrown within this module, and caught at its border. */
class Wrong extends Error {
  constructor(
    readonly what: FileProblem["what"],
    readonly values: FileProblem["values"] = {},
  ) {
    super(what);
  }
}

/** Reads a file's text. */
export function readTransfer(text: string): TransferFile | FileProblem {
  try {
    return read(text);
  } catch (thrown) {
    if (thrown instanceof Wrong) return { what: thrown.what, values: thrown.values };
    throw thrown;
  }
}

/** All providers of a file, in its order. */
export function providersOf(file: TransferFile): ExportedProvider[] {
  return file.form === "pages" ? file.pages.flatMap((page) => page.providers) : file.document.providers;
}

/** Whether a file holds secrets. */
export function hasSecrets(file: TransferFile): boolean {
  return Boolean(file.form === "pages" ? file.header.encryption : file.document.encryption);
}

/** One part of an export as the line that is kept of it. */
export function lineOf(part: StreamExportConfigsResponse): string {
  return `${JSON.stringify(toJson(StreamExportConfigsResponseSchema, part))}\n`;
}

/** The name of the file that an export is saved as. What is no letter, digit, dot or hyphen becomes a hyphen. */
export function fileName(instance: string, when: Date, secrets: boolean): string {
  const plain = instance.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  return `${["mailproof", plain, day, secrets ? "secrets" : ""].filter(Boolean).join("-")}.ndjson`;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function read(text: string): TransferFile {
  if (!text.trim()) throw new Wrong("empty");
  const whole = document(text);
  if (whole) return whole;
  let header: ConfigsHeader | null = null;
  let trailer: ConfigsTrailer | null = null;
  const pages: ConfigsPage[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const values = { line: String(index + 1) };
    const message = parsed(line, values);
    if ("error" in message) throw new Wrong("broke_off", values);
    if (trailer) throw new Wrong("behind", values);
    if (isObject(message.header)) {
      if (header) throw new Wrong("mixed", values);
      versionOf(message.header);
      header = filled(ConfigsHeaderSchema, message.header, values);
    } else if (!header) throw new Wrong("not_export", values);
    else if (isObject(message.page)) {
      const page = filled(ConfigsPageSchema, message.page, values);
      if (page.exportId !== header.exportId) throw new Wrong("mixed", values);
      if (page.number !== pages.length + 1) throw new Wrong("pages", values);
      pages.push(page);
    } else if (isObject(message.trailer)) {
      trailer = filled(ConfigsTrailerSchema, message.trailer, values);
      if (trailer.exportId !== header.exportId) throw new Wrong("mixed", values);
    } else throw new Wrong("not_export", values);
  }
  if (!header) throw new Wrong("empty");
  if (!trailer) throw new Wrong("no_trailer", { pages: String(pages.length) });
  const file: TransferFile = { form: "pages", header, pages, trailer };
  const providers = providersOf(file);
  if (trailer.pageCount !== pages.length || trailer.providerCount !== providers.length) throw new Wrong("counts");
  distinct(providers);
  return file;
}

/** A document in one piece, as ExportConfigs answers it, or the document alone; null where the text is none. */
function document(text: string): TransferFile | null {
  const end = text.indexOf("\n");
  const firstLine = end < 0 ? text : text.slice(0, end);
  if (/^\s*\{\s*"(header|page|trailer|error)"/.test(firstLine)) return null;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null; // lines of JSON are none as a whole
  }
  if (!isObject(message)) throw new Wrong("not_export", { line: "1" });
  const inside = isObject(message.document) ? message.document : "formatVersion" in message ? message : null;
  if (!inside) return null;
  versionOf(inside);
  const file: TransferFile = { form: "document", document: filled(ConfigsDocumentSchema, inside, { line: "1" }) };
  distinct(file.document.providers);
  return file;
}

function parsed(line: string, values: FileProblem["values"]): Json {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    throw new Wrong("not_json", values);
  }
  if (!isObject(message)) throw new Wrong("not_export", values);
  return message;
}

function versionOf(part: Json): void {
  if (part.formatVersion !== VERSION)
    throw new Wrong("version", { version: String(part.formatVersion ?? 0).slice(0, 20) });
}

function filled<S extends DescMessage>(schema: S, part: Json, values: FileProblem["values"]): MessageShape<S> {
  try {
    return fromJson(schema, part as JsonValue);
  } catch {
    throw new Wrong("not_export", values);
  }
}

function distinct(providers: readonly ExportedProvider[]): void {
  const known = new Set<string>();
  for (const { id } of providers) {
    if (known.has(id)) throw new Wrong("doubled", { id });
    known.add(id);
  }
}
