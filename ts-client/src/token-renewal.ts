import type { Diagnostic } from "./events.js";
import { ErrorCode } from "./gen/heliograph/device/v1/codes_pb.js";
import type { ServerFrame } from "./gen/heliograph/device/v1/device_pb.js";
import type { Session } from "./session.js";
import type { TokenSource } from "./token.js";

/** What a renewal is made of. */
export interface TokenRenewalParts {
  readonly tokens: TokenSource;
  diagnose(): ((diagnostic: Diagnostic) => void) | undefined;
}

/**
 * Brings the gateway another token before the one of a session ends (T-6 to T-8). What fails changes nothing: the gateway
 * closes with 4401 then, and the client reconnects.
 */
export class TokenRenewal {
  constructor(private readonly parts: TokenRenewalParts) {}

  /** Looks at what the gateway sent on the session in force. */
  see(session: Session, { body }: ServerFrame): void {
    if (body.case === "tokenExpiring") void this.renew(session);
    else if (body.case === "error" && body.value.code === ErrorCode.INVALID_TOKEN) this.parts.tokens.drop("refused");
  }

  private async renew(session: Session): Promise<void> {
    const { tokens, diagnose } = this.parts;
    try {
      const token = await tokens.renew();
      if (token === undefined) diagnose()?.({ kind: "token-kept" });
      else session.refresh(token);
    } catch (error) {
      diagnose()?.({ kind: "token-kept", error });
    }
  }
}
