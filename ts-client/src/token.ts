/** Why a token is asked for. */
export interface TokenContext {
  /**
   * "initial": the first one. "expiring": the last one's time is over soon; it still counts, so nothing is lost when this call
   * fails. "expired": its time is over. "refused": the gateway does not trust it.
   */
  readonly reason: "initial" | "expiring" | "expired" | "refused";
  /** How many attempts to connect failed since the last stable connection. */
  readonly attempt: number;
}

/**
 * Gets a token. At most one call is under way. Throw an `UnauthorizedError` when the user may not connect: the client ends.
 * Any other error counts as a failed attempt.
 */
export type TokenProvider = (context: TokenContext) => string | Promise<string>;

/** Holds the token in force and gets the next one, one call at a time. */
export class TokenSource {
  private current: string | undefined;
  private pending: Promise<string> | undefined;
  /** The call that brings the token after the one in force, which counts meanwhile. */
  private renewal: Promise<string> | undefined;
  private reason: TokenContext["reason"] = "initial";
  /** True from a refusal until a welcome: a token that was got because of a refusal is not asked for again. */
  private refused = false;

  constructor(private readonly token: string | TokenProvider) {}

  /** The token in force, or a new one. */
  get(attempt: number): Promise<string> {
    if (this.current !== undefined) return Promise.resolve(this.current);
    this.pending ??= (this.renewal ?? this.ask(this.reason, attempt)).finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  /** The token that follows the one in force, which expires soon; undefined when there is no other yet. */
  async renew(): Promise<string | undefined> {
    const before = this.current;
    if (before === undefined) return this.get(0);
    this.renewal ??= this.ask("expiring", 0).finally(() => {
      this.renewal = undefined;
    });
    const token = await this.renewal;
    return token === before ? undefined : token;
  }

  /** The gateway did not take the token. False when asking again would bring no other. */
  drop(reason: "expired" | "refused"): boolean {
    if (typeof this.token === "string") return false;
    if (reason === "refused" && this.refused) return false;
    this.refused ||= reason === "refused";
    this.current = undefined;
    this.reason = reason;
    return true;
  }

  /** The gateway took the token. */
  accepted(): void {
    this.refused = false;
  }

  /** Begins anew, as when the app connects again after a stop. */
  reset(): void {
    this.refused = false;
    this.current = undefined;
  }

  private async ask(reason: TokenContext["reason"], attempt: number): Promise<string> {
    const token = typeof this.token === "string" ? this.token : await this.token({ reason, attempt });
    if (typeof token !== "string") throw new TypeError("it gave no token");
    // A token read from a file often ends in a line break. What no header can hold is no token, and is not repeated here.
    const usable = token.trim();
    if (!/^[\x21-\x7e]+$/.test(usable)) throw new TypeError("what it gave is empty or not printable ASCII, so no JWT");
    this.current = usable;
    return usable;
  }
}
