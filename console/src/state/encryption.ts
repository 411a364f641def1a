/** Whether encryption with a verified certificate is demanded: by a way of TLS, and by a setting's value on the wire. Pure. */
import { TlsMode } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";

export function demandsTls(mode: TlsMode): boolean {
  return mode !== TlsMode.NONE && mode !== TlsMode.OPPORTUNISTIC;
}

/** What a value of "tls" or "tls_mode" is of the form's two choices; null where it is neither. */
export function demandsTlsAs(value: string): boolean | null {
  if (["true", "auto", "implicit", "starttls"].includes(value)) return true;
  return ["false", "opportunistic"].includes(value) ? false : null;
}
