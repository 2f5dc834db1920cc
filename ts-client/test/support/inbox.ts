import type { Delivery, ResetEvent, SubscriptionErrorEvent } from "../../src/index.js";
import { rig } from "./rig.js";

/** A handler whose calls the test finishes. */
export function slowHandler() {
  const calls: { delivery: Delivery; finish(): void; fail(error: Error): void }[] = [];
  const handler = (delivery: Delivery) =>
    new Promise<void>((finish, fail) => {
      calls.push({ delivery, finish, fail });
    });
  return { calls, handler };
}

/** A client with its inbox subscribed from seq 1 on. */
export async function inbox(handler?: (delivery: Delivery) => void | Promise<void>, options = {}) {
  const r = rig(options);
  const seqs: number[] = [];
  const subscription = r.client.subscribe("inbox", handler ?? ((delivery) => void seqs.push(delivery.seq)));
  const resets: ResetEvent[] = [];
  const errors: SubscriptionErrorEvent[] = [];
  subscription.on("reset", (reset) => resets.push(reset));
  subscription.on("error", (error) => errors.push(error));
  const socket = await r.start();
  return { r, subscription, seqs, resets, errors, socket };
}
