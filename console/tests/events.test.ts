/** What the log says: days, changes, names. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterEach, describe, expect, test } from "vitest";
import { type ConfigEvent, ConfigEventSchema, ConfigEventType } from "../gen/smtpdiag/v1/instance_pb.ts";
import { TestTrigger } from "../gen/smtpdiag/v1/test_pb.ts";
import {
  changesOf,
  daysBefore,
  eventsByDay,
  formerOf,
  nameOfSettings,
  namesIn,
  settingsOf,
  typeId,
  withoutPort,
} from "../src/state/events.ts";
import events from "../src/words/en/events.json" with { type: "json" };
import history from "../src/words/en/history.json" with { type: "json" };

type Init = MessageInitShape<typeof ConfigEventSchema>;

function event(init: Init): ConfigEvent {
  return create(ConfigEventSchema, init);
}

function smtp(sequence: bigint, providerId: string, settings: Record<string, unknown>, changedFields: string[] = []) {
  const value = { host: "a:25", ...settings };
  return event({ sequence, providerId, changedFields, settings: { case: "smtp", value } } as Init);
}

describe("changes", () => {
  const before = smtp(1n, "1", { user: "anna", description: "Old" });
  test.each([
    ["from and to", ["host"], { host: "b:465" }, [{ kind: "value", field: "host", before: "a:25", after: "b:465" }]],
    ["to nothing", ["user"], {}, [{ kind: "value", field: "user", before: "anna", after: "" }]],
    ["encryption", ["tls"], { tls: true }, [{ kind: "value", field: "tls", before: "if_offered", after: "always" }]],
    ["a secret has no value", ["password"], {}, [{ kind: "secret", field: "password" }]],
    [
      "secrets come last",
      ["client_secret", "user"],
      { user: "otto" },
      [
        { kind: "value", field: "user", before: "anna", after: "otto" },
        { kind: "secret", field: "client_secret" },
      ],
    ],
    ["a field of a newer release", ["colour"], {}, [{ kind: "named", field: "colour" }]],
    [
      "an OAuth client",
      ["oauth"],
      { oauth: { tokenEndpoint: "https://t.example", clientId: "c", scopes: ["s1", "s2"] } },
      [{ kind: "value", field: "oauth", before: "", after: "https://t.example c s1 s2" }],
    ],
    ["nothing", [], {}, []],
  ])("%s", (_, fields, settings, expected) => {
    expect(changesOf(smtp(2n, "1", settings, fields), before)).toEqual(expected);
  });
  test("without the event before", () => {
    expect(changesOf(smtp(2n, "1", { host: "b:465" }, ["host"]), undefined)).toEqual([
      { kind: "value", field: "host", before: null, after: "b:465" },
    ]);
  });
  test("of an HTTP provider", () => {
    const http = (endpoint: string, changedFields: string[]) =>
      event({ changedFields, settings: { case: "http", value: { endpoint } } });
    const changes = changesOf(http("https://b", ["endpoint", "signing_key"]), http("https://a", []));
    expect(changes).toEqual([
      { kind: "value", field: "endpoint", before: "https://a", after: "https://b" },
      { kind: "secret", field: "signing_key" },
    ]);
  });
  test("of an event without settings", () => {
    expect(settingsOf(event({}))).toBeNull();
    expect(changesOf(event({ changedFields: ["password"] }), undefined)).toEqual([
      { kind: "secret", field: "password" },
    ]);
  });
});

test("the event before is the last of the same configuration that has settings", () => {
  const log = [
    smtp(9n, "1", {}),
    event({ sequence: 8n, providerId: "1", type: ConfigEventType.ACTIVATED }),
    smtp(7n, "2", {}),
    smtp(6n, "1", {}),
    smtp(5n, "1", {}),
  ];
  expect([...formerOf(log)].map(([sequence, former]) => [sequence, former.sequence])).toEqual([
    [9n, 6n],
    [6n, 5n],
  ]);
});

test("a configuration has the name that it had last", () => {
  const log = [smtp(3n, "1", { description: "New" }), smtp(2n, "2", {}), smtp(1n, "1", { description: "Old" })];
  expect([...namesIn(log)]).toEqual([
    ["1", "New"],
    ["2", "a:25"],
  ]);
  expect(nameOfSettings({ description: "", endpoint: "https://a" })).toBe("https://a");
  expect(nameOfSettings({})).toBe("");
});

describe("days", () => {
  const zone = process.env.TZ;
  afterEach(() => {
    process.env.TZ = zone;
  });
  const at = (sequence: bigint, when: string) => event({ sequence, createTime: timestampFromDate(new Date(when)) });
  const log = [at(3n, "2026-11-21T00:30:00Z"), at(2n, "2026-11-20T23:30:00Z"), at(1n, "2026-11-20T09:00:00Z")];
  test.each([
    ["UTC", [[3n], [2n, 1n]]],
    ["Europe/Berlin", [[3n, 2n], [1n]]],
    ["America/New_York", [[3n, 2n, 1n]]],
  ])("are those of the time zone %s", (name, expected) => {
    process.env.TZ = name;
    expect(eventsByDay(log).map((day) => day.events.map((each) => each.sequence))).toEqual(expected);
  });
  test("a snapshot with a former time stays in its place", () => {
    process.env.TZ = "UTC";
    const thinned = [at(5n, "2026-11-21T10:00:00Z"), at(4n, "2026-03-01T10:00:00Z"), at(3n, "2026-11-21T09:00:00Z")];
    expect(eventsByDay(thinned).map((day) => day.key)).toEqual(["2026-11-21", "2026-3-1", "2026-11-21"]);
  });
  test("none", () => {
    expect(eventsByDay([])).toEqual([]);
  });
  test.each([
    ["2026-11-21T00:10:00", "2026-11-21T23:50:00", 0],
    ["2026-11-20T23:50:00", "2026-11-21T00:10:00", 1],
    ["2026-10-24T12:00:00", "2026-10-26T12:00:00", 2], // the clocks change between them
  ])("between %s and %s lie %i", (when, now, expected) => {
    process.env.TZ = "Europe/Berlin";
    expect(daysBefore(new Date(when).getTime(), new Date(now).getTime())).toBe(expected);
  });
});

test.each([
  ["192.0.2.7:51234", "192.0.2.7"],
  ["[2001:db8::1]:51234", "2001:db8::1"],
  ["2001:db8::1", "2001:db8::1"],
  ["unix:", "unix:"],
  ["", ""],
])("%s is shown as %s", (peer, expected) => {
  expect(withoutPort(peer)).toBe(expected);
});

test("there is a word for every type, and for every call that makes a test", () => {
  const all = (values: Record<string, string | number>) => Object.keys(values).filter((name) => /^[A-Z]/.test(name));
  const words = { ...events, ...history };
  const keys = [
    ...all(ConfigEventType).map((name) => (name === "UNSPECIFIED" ? "type_unknown" : `type_${name.toLowerCase()}`)),
    ...all(TestTrigger).flatMap((name) => (name === "UNSPECIFIED" ? [] : [`trigger_${name.toLowerCase()}`])),
  ];
  expect(keys.length).toBeGreaterThan(15);
  expect(keys.filter((key) => !(key in words))).toEqual([]);
});

test("every type has its name on the wire", () => {
  expect(typeId(ConfigEventType.SMTP_CHANGED)).toBe("smtp_changed");
  expect(typeId(99 as ConfigEventType)).toBe("unknown");
});
