import { describe, expect, it } from "vitest";
import { TokenSource } from "../../src/token.js";

describe("TokenSource", () => {
  it("takes a token without the line break that a file ends in", async () => {
    expect(await new TokenSource("abc.def\n").get(0)).toBe("abc.def");
  });

  it.each(["", " ", "secret\nsecret", "sécret"])(
    "refuses what no header can hold, without repeating it: %j",
    async (token) => {
      const failure = await new TokenSource(() => token).get(0).catch((error: unknown) => String(error));
      expect(failure).toContain("no JWT");
      expect(failure).not.toContain("secret");
    },
  );
});
