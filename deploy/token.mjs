// Mints tokens for an installation of its own: `node deploy/token.mjs <user> <scope> [seconds]`, scope being `connect` for a
// device or `notify` for a backend. The first call makes the key pair: the private half stays in deploy/issuer-key.json, the
// public half goes to deploy/auth/jwks.json, which the nodes read. A real installation has an identity provider instead.

import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HOUR_SECONDS = 3600;

/** The ES256 key pair below a directory, made when there is none; answers the private key as a JWK. */
export function issuerKey(directory) {
  const file = join(directory, "issuer-key.json");
  if (!existsSync(file)) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const names = { kid: randomUUID(), alg: "ES256", use: "sig" };
    mkdirSync(join(directory, "auth"), { recursive: true });
    writeFileSync(join(directory, "auth", "jwks.json"), JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), ...names }] }));
    writeFileSync(file, JSON.stringify({ ...privateKey.export({ format: "jwk" }), ...names }), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A JWT with the claims of PROTOCOL.md section 9. */
export function mint(key, subject, scope, seconds = HOUR_SECONDS) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, scope, iss: "heliograph", aud: "heliograph", iat: now, exp: now + seconds };
  const signed = `${encode({ alg: key.alg, typ: "JWT", kid: key.kid })}.${encode(claims)}`;
  const privateKey = createPrivateKey({ key, format: "jwk" });
  // JWS wants the two halves of the signature side by side, not in DER.
  return `${signed}.${sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [subject, scope, seconds] = process.argv.slice(2);
  if (!subject || !scope) {
    console.error("usage: node deploy/token.mjs <user> <scope> [seconds], for instance: node deploy/token.mjs alice connect");
    process.exit(2);
  }
  console.log(mint(issuerKey(dirname(fileURLToPath(import.meta.url))), subject, scope, seconds ? Number(seconds) : undefined));
}
