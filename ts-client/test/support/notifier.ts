import { join } from "node:path";
import {
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ROOT } from "./program.js";

/** A Notify call is a few milliseconds; a JVM that has just started compiles meanwhile. */
const DEADLINE_MS = 20_000;

/** The Notify API takes 1,000 in a batch. */
const MAX_BATCH = 1_000;

/** One notification for one target. */
export interface Sending {
  readonly user?: string;
  readonly topic?: string;
  /** The payload, as text. */
  readonly text: string;
  /** Seconds. */
  readonly ttl?: number;
  readonly type?: string;
}

interface BatchAnswer {
  readonly results: readonly { readonly response?: { readonly results: readonly { stored?: object }[] } }[];
}

/** Sends notifications by the real gRPC API. */
export class Notifier {
  private readonly client: Client;

  constructor(
    address: string,
    private readonly token: string,
  ) {
    const definition = loadSync("heliograph/notify/v1/notify.proto", {
      includeDirs: [join(ROOT, "proto/src/main/proto"), join(ROOT, "proto/third_party")],
    });
    const { heliograph } = loadPackageDefinition(definition) as unknown as {
      heliograph: { notify: { v1: { NotifyService: ServiceClientConstructor } } };
    };
    this.client = new heliograph.notify.v1.NotifyService(address, credentials.createInsecure());
  }

  /** Sends all in order and fails unless every one is stored. */
  async send(...sendings: Sending[]): Promise<void> {
    for (let from = 0; from < sendings.length; from += MAX_BATCH) {
      const requests = sendings.slice(from, from + MAX_BATCH).map(request);
      const { results } = (await this.call("NotifyBatch", { requests })) as BatchAnswer;
      const bad = results.findIndex(({ response }) => !response?.results.every(({ stored }) => stored));
      if (results.length !== requests.length || bad >= 0) {
        throw new Error(`Notification ${from + bad} was not stored: ${JSON.stringify(results[bad])}`);
      }
    }
  }

  close(): void {
    this.client.close();
  }

  private call(method: string, message: object): Promise<unknown> {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${this.token}`);
    const client = this.client as unknown as Record<string, (...args: unknown[]) => void>;
    return new Promise((resolve, reject) => {
      const done = (error: unknown, value: unknown) => (error ? reject(error) : resolve(value));
      client[method]?.(message, metadata, { deadline: Date.now() + DEADLINE_MS }, done);
    });
  }
}

function request({ user, topic, text, ttl, type = "test" }: Sending): object {
  return {
    target: topic === undefined ? { user } : { topic },
    content: { type, payload: Buffer.from(text), contentType: "text/plain" },
    ...(ttl !== undefined && { ttl: { seconds: ttl } }),
  };
}
