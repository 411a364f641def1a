/** Certificates, sessions and reports by hand, for the tests of what a test shows. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Certificate,
  CertificateRole,
  CertificateSchema,
  type Report,
  ReportSchema,
  type TlsInfo,
  TlsInfoSchema,
} from "../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { emptyTest, type StepRow, type TestView } from "../src/state/test_fold.ts";
import { stageOfId } from "../src/words/vocabulary.ts";

export const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;

/** A moment so many days from now. */
export function daysFromNow(days: number) {
  return timestampFromDate(new Date(NOW + days * DAY));
}

let serial = 0;

/** A certificate of `subject` by `issuer`, valid from 90 days ago until in 90 days. */
export function certificate(
  subject: string,
  issuer: string,
  more: MessageInitShape<typeof CertificateSchema> = {},
): Certificate {
  serial += 1;
  return create(CertificateSchema, {
    subject,
    issuer,
    notBefore: daysFromNow(-90),
    notAfter: daysFromNow(90),
    key: "EC secp256r1",
    signature: "ecdsa-with-SHA256",
    fingerprint: serial.toString(16).padStart(64, "0"),
    role: CertificateRole.INTERMEDIATE,
    ...more,
  });
}

/** The server's own certificate. */
export function leaf(issuer: string, more: MessageInitShape<typeof CertificateSchema> = {}): Certificate {
  return certificate("CN=smtp.example.com", issuer, {
    sans: ["smtp.example.com"],
    role: CertificateRole.LEAF,
    ...more,
  });
}

export function session(chain: Certificate[], more: MessageInitShape<typeof TlsInfoSchema> = {}): TlsInfo {
  return create(TlsInfoSchema, {
    version: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    chain,
    expectedName: "smtp.example.com",
    ...more,
  });
}

export function report(more: MessageInitShape<typeof ReportSchema>): Report {
  return create(ReportSchema, more);
}

/** A step that ended. */
export function row(name: string, more: Partial<StepRow> = {}): StepRow {
  return {
    key: name,
    order: more.start ?? 0,
    stage: stageOfId(name),
    name,
    start: 0,
    took: 0,
    connection: 1,
    outcome: "passed",
    code: Code.OK,
    sent: "",
    received: "",
    peer: "",
    ...more,
  };
}

/** A test that has ended. */
export function view(more: Partial<TestView> = {}): TestView {
  return { ...emptyTest({ host: "smtp.example.com", port: 587 }), phase: "done", startedAt: NOW, ...more };
}
