/** Why a token is asked for. */
export interface TokenContext {
  /** "initial": the first one. "expired": the last one's time is over. "refused": the gateway does not trust the last one. */
  readonly reason: "initial" | "expired" | "refused";
  /** How many attempts to connect failed since the last stable connection. */
  readonly attempt: number;
}

/**
 * Gets a token. At most one call is under way. Throw an `UnauthorizedError` when the user may not connect: the client ends.
 * Any other error counts as a failed attempt.
 */
export type TokenProvider = (context: TokenContext) => string | Promise<string>;
