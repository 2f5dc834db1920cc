/** heliograph.notify.v1.NotifyRequest in canonical proto3 JSON. */
export interface NotifyRequest {
  readonly target: { user: string } | { users: { ids: string[] } } | { topic: string };
  readonly content: {
    readonly type: string;
    /** base64 */
    readonly payload: string;
    readonly contentType?: string;
    readonly attributes?: Record<string, string>;
  };
  readonly idempotencyKey?: string;
  /** Seconds, as "3600s". */
  readonly ttl?: string;
}

/** heliograph.notify.v1.TargetResult in canonical proto3 JSON. */
export interface TargetResult {
  readonly channel: string;
  readonly stored?: { notificationId: string; ref: string; seq: string; duplicate?: boolean };
  readonly error?: { code: number; message: string };
}
