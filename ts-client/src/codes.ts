import { type DescEnumValue, getOption } from "@bufbuild/protobuf";
import { CloseCodeSchema, type CodeInfo, ErrorCodeSchema, info } from "./gen/heliograph/device/v1/codes_pb.js";
import type { Reason } from "./state.js";

/** Numbers from the wire may be of a newer version. */
type EnumValues = Readonly<Record<number, DescEnumValue | undefined>>;

/** What a close code asks of the client. */
export type Verdict = "reconnect" | "stop";

/** Codes below 3000 that mean stop (G-1). Every other one there means reconnect. */
const TRANSPORT_STOPS: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009]);

/** Whether to reconnect after a close code: the code's own entry, or the range when it is not known (G-1). */
export function closeVerdict(code: number): Verdict {
  const known = closeInfo(code);
  if (known) return known.retryable ? "reconnect" : "stop";
  if (code < 3000) return TRANSPORT_STOPS.has(code) ? "stop" : "reconnect";
  return code >= 4500 ? "stop" : "reconnect";
}

/** A close code for people. `sent` is the reason of the close frame. */
export function closeReason(code: number, sent = ""): Reason {
  const known = closeInfo(code);
  if (known) return { code, label: known.label, text: `${known.text} ${known.remedy}` };
  if (code === 1006 || code === 1005) {
    return { code, label: "connection_lost", text: "The connection ended without a close code." };
  }
  return { code, label: sent || `close_${code}`, text: `The connection was closed with code ${code}.` };
}

/** What is known of an error code. */
export function errorInfo(code: number): Pick<CodeInfo, "label" | "retryable" | "text" | "remedy"> {
  const value = (ErrorCodeSchema.value as EnumValues)[code];
  return value && code !== 0
    ? getOption(value, info)
    : { label: `error_${code}`, retryable: false, text: `Error ${code}, unknown to this version.`, remedy: "" };
}

function closeInfo(code: number): CodeInfo | undefined {
  const value = (CloseCodeSchema.value as EnumValues)[code];
  return value && code !== 0 ? getOption(value, info) : undefined;
}
