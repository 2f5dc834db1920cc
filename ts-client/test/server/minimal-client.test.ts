import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/device.js";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";
import { Program, ROOT } from "../support/program.js";

const all = fleet({ one: {} });
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "heliograph-minimal-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs `proto/testdata/minimal-client.mjs` as its first lines say. */
function minimalClient(user: string): Promise<Program> {
  return Program.start({
    command: process.execPath,
    args: [
      join(ROOT, "proto/testdata/minimal-client.mjs"),
      `ws://127.0.0.1:${all.servers.one.httpPort}/v1/connect`,
      "minimal-1",
      positionFile(user),
    ],
    env: { HELIOGRAPH_TOKEN: all.installation.token({ sub: user }) },
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
  });
}

function positionFile(user: string): string {
  return join(directory, `${user}.json`);
}

/** The payloads that it printed, in order. */
function printed(program: Program): string[] {
  return program.output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { payload?: string })
    .flatMap(({ payload }) => payload ?? []);
}

test("the client of one page receives, acks, and after a SIGKILL goes on from its file (C-2 JSON, R-5, D-3)", async () => {
  const user = all.newUser();
  const first = await minimalClient(user);
  try {
    await first.saw(/"event":"subscribed"/);
    await all.backend.send(...numbered(5, { user }));
    await until(
      () => printed(first).length === 5,
      () => `5 notifications in ${first.output}`,
    );
    // The position is written after the line is printed: the kill may come between, and then the last one comes again.
    await until(
      () => readFileSync(positionFile(user), "utf8").includes(`user/${user}`),
      () => "the position file",
    );
  } finally {
    await first.kill();
    await first.close();
  }
  expect(printed(first)).toEqual(["1", "2", "3", "4", "5"]);
  await all.backend.send(...numbered(5, { user }, 6));

  const second = await minimalClient(user);
  try {
    await until(
      () => printed(second).at(-1) === "10",
      () => `the tenth in ${second.output}`,
    );
    expect(second.output).toContain('"outcome":"OUTCOME_OK"');
    // Nothing that was handled before its position was written comes again, save the one at the kill.
    expect(printed(second).filter((text) => text !== "5")).toEqual(["6", "7", "8", "9", "10"]);
    expect(second.output).not.toContain('"event":"error"');
  } finally {
    await second.close();
  }
});

test("the client of one page lives through a restart of the gateway (G-3, G-5)", async () => {
  const user = all.newUser();
  const client = await minimalClient(user);
  try {
    await client.saw(/"event":"subscribed"/);
    await all.backend.send(...numbered(5, { user }));
    await all.servers.one.kill();
    await all.servers.one.restart();
    await all.backend.send(...numbered(5, { user }, 6));
    await until(
      () => printed(client).length === 10,
      () => `10 notifications in ${client.output}`,
      60_000,
    );
    expect(printed(client)).toEqual(numbered(10, { user }).map(({ text }) => text));
  } finally {
    await client.close();
  }
});
