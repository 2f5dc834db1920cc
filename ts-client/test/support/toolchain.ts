import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./program.js";

const LIBS = join(ROOT, "server/target/libs");

/** The class path of the server. Throws when it is not built. */
export function serverClassPath(): string {
  const jars = join(ROOT, "server/target");
  const jar = existsSync(jars) && readdirSync(jars).find((name) => /^heliograph-server-[\d.]+\.jar$/.test(name));
  if (!jar || !existsSync(LIBS)) {
    throw new Error("The server is not built. Build it first: mvn -q -DskipTests package");
  }
  return `${join(jars, jar)}:${LIBS}/*`;
}

/** The `java` that every script of the project takes. */
export function javaCommand(): string {
  const script = `. "${join(ROOT, "scripts/toolchain.sh")}" && require_toolchain java && echo "$JAVA_HOME"`;
  return join(execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim(), "bin/java");
}
