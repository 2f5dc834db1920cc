import { defineConfig } from "vitest/config";

/** Files with servers or a browser run one after the other: several JVMs at a time only make each other slow. */
const oneByOne = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

/** unit: no server. server: a real Redis and real servers, built before by `mvn -q -DskipTests package`. browser: Chromium besides. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { name: "server", include: ["test/server/**/*.test.ts"], ...oneByOne, sequence: { groupOrder: 1 } } },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], ...oneByOne, sequence: { groupOrder: 2 } } },
    ],
  },
});
