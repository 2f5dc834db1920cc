import { createHmac, randomBytes } from "node:crypto";

/** T-2: of an installation that does not configure its own. */
const NAME = "heliograph";

/** Long enough for any test. */
const LIFE_SECONDS = 3_600;

/** What a token says, on top of issuer and audience (section 9). */
export interface TokenClaims {
  readonly sub: string;
  /** Default "connect". */
  readonly scope?: string;
  readonly device?: string;
  readonly topics?: readonly string[];
  /** Seconds from now; negative: it has expired. */
  readonly expiresIn?: number;
}

/** Issues tokens with an HS256 key of its own. */
export class Issuer {
  private readonly kid = randomBytes(8).toString("hex");
  private readonly key = randomBytes(32);

  /** The JSON Web Key Set that makes a server trust its tokens. */
  get jwks(): string {
    return JSON.stringify({
      keys: [{ kty: "oct", kid: this.kid, alg: "HS256", use: "sig", k: this.key.toString("base64url") }],
    });
  }

  token({ expiresIn = LIFE_SECONDS, scope = "connect", ...claims }: TokenClaims): string {
    const now = Math.floor(Date.now() / 1000);
    const signed = [
      { alg: "HS256", typ: "JWT", kid: this.kid },
      { iss: NAME, aud: NAME, scope, exp: now + expiresIn, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    return `${signed}.${createHmac("sha256", this.key).update(signed).digest("base64url")}`;
  }
}
