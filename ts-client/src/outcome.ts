import type { ResetOutcome } from "./events.js";
import { Outcome } from "./gen/heliograph/device/v1/device_pb.js";

const RESETS: Readonly<Record<number, ResetOutcome | undefined>> = {
  [Outcome.TRIMMED]: "trimmed",
  [Outcome.EPOCH]: "epoch",
  [Outcome.FORK]: "fork",
};

/**
 * The reset that an outcome means; undefined for OK. An outcome that this version does not know is taken for a new
 * life: all is replayed and de-duplicated.
 */
export function resetOf(outcome: Outcome): ResetOutcome | undefined {
  return outcome === Outcome.OK ? undefined : (RESETS[outcome] ?? "epoch");
}
