import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type ConnectVerdict, ConnectVerdictSchema } from "./gen/heliograph/device/v1/device_pb.js";
import type { FetchLike } from "./options.js";

/** Asks what an upgrade with this token meets (C-6). Undefined when the gateway cannot be reached or gave no verdict. */
export async function askVerdict(
  fetch: FetchLike | undefined,
  url: string,
  token: string,
): Promise<ConnectVerdict | undefined> {
  try {
    const answer = await fetch?.(url, { headers: { authorization: `Bearer ${token}` } });
    if (!answer) return undefined;
    const verdict = fromJson(ConnectVerdictSchema, (await answer.json()) as JsonValue, { ignoreUnknownFields: true });
    return verdict.code === "" ? undefined : verdict;
  } catch {
    return undefined;
  }
}
