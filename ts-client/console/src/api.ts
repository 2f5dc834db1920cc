import type { NotifyRequest, TargetResult } from "./notifyMessages.js";

/** What the server says of itself. */
export interface ServerConfig {
  readonly devMode: boolean;
  readonly version?: string;
  readonly node?: string;
  readonly grpcPort?: number;
}

/** A field that the server refused, by its path in NotifyRequest. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** An answer other than 200, or none at all (code UNAVAILABLE). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly violations: readonly Violation[] = [],
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** An unanswered call is given up after this; the server's own deadline is shorter. */
const TIMEOUT_MS = 15_000;

/** The development API of the server that served this page. Without it, or when it lets in only its own machine: devMode false. */
export async function fetchConfig(): Promise<ServerConfig> {
  const response = await call("console/api/config");
  if (response.status === 404 || response.status === 403) return { devMode: false };
  return (await answer(response)) as ServerConfig;
}

/** A device token for any user: development only. It allows every topic. */
export async function fetchToken(user: string, device: string): Promise<string> {
  const response = await call("console/api/token", { user, device, topics: ["*"] });
  return ((await answer(response)) as { token: string }).token;
}

/** Calls Notify; answers a result per channel of the target. */
export async function notify(request: NotifyRequest): Promise<readonly TargetResult[]> {
  const response = await call("console/api/notify", request);
  return ((await answer(response)) as { results?: TargetResult[] }).results ?? [];
}

async function call(path: string, body?: unknown): Promise<Response> {
  const request: RequestInit = { signal: AbortSignal.timeout(TIMEOUT_MS) };
  if (body !== undefined) {
    request.method = "POST";
    request.headers = { "content-type": "application/json" };
    request.body = JSON.stringify(body);
  }
  try {
    return await fetch(new URL(path, document.baseURI), request);
  } catch {
    throw new ApiError("UNAVAILABLE", "The server does not answer. Is it running?");
  }
}

async function answer(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body;
  const { code, message, violations } = (body ?? {}) as Partial<ApiError>;
  throw new ApiError(
    code?.toUpperCase() ?? `HTTP ${response.status}`,
    message ?? "The server gave no reason.",
    violations ?? [],
  );
}
