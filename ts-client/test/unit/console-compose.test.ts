import { describe, expect, test } from "vitest";
import { type Draft, EMPTY_DRAFT } from "../../console/src/compose/draft.js";
import { PRESETS } from "../../console/src/compose/presets.js";
import { fieldOf, readDraft } from "../../console/src/compose/request.js";

const GREETING: Draft = { ...EMPTY_DRAFT, type: "greeting", payload: '{"text":"hé"}' };

function request(draft: Draft, n = 1) {
  const reading = readDraft(draft);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  return reading.burst.request(n);
}

function errors(change: Partial<Draft>) {
  const reading = readDraft({ ...GREETING, ...change });
  return reading.ok ? {} : reading.errors;
}

describe("a draft becomes a NotifyRequest in canonical JSON", () => {
  test("with only what was filled in", () => {
    expect(request({ ...GREETING, contentType: "" })).toEqual({
      target: { user: "alice" },
      content: { type: "greeting", payload: Buffer.from('{"text":"hé"}').toString("base64") },
    });
  });

  test("with every option", () => {
    const draft: Draft = {
      ...GREETING,
      targetKind: "users",
      target: "alice, bob\ncarol",
      attributes: [{ key: "link", value: "/a" }],
      ttl: "2",
      ttlUnit: "h",
      idempotencyKey: "k",
    };
    expect(request(draft)).toMatchObject({
      target: { users: { ids: ["alice", "bob", "carol"] } },
      content: { contentType: "application/json", attributes: { link: "/a" } },
      ttl: "7200s",
      idempotencyKey: "k",
    });
  });

  test("numbered within a burst, each with a key of its own", () => {
    const draft: Draft = { ...GREETING, payload: '{"n":{{n}}}', count: "3", idempotencyKey: "k" };
    const { content, idempotencyKey } = request(draft, 2);
    expect(Buffer.from(content.payload, "base64").toString()).toBe('{"n":2}');
    expect(idempotencyKey).toBe("k-2");
  });

  test("for each preset", () => {
    for (const { draft } of PRESETS) expect(readDraft(draft).ok).toBe(true);
  });
});

describe("a wrong field is named", () => {
  test.each<[Partial<Draft>, string]>([
    [{ target: " " }, "target"],
    [{ type: "1st" }, "type"],
    [{ payload: "" }, "payload"],
    [{ payload: "{" }, "payload"],
    [{ payload: `"${"x".repeat(65_536)}"` }, "payload"],
    [{ attributes: [{ key: "", value: "x" }] }, "attributes"],
    [{ ttl: "0" }, "ttl"],
    [{ idempotencyKey: "é" }, "idempotencyKey"],
    [{ count: "501" }, "count"],
  ])("%o", (change, field) => {
    expect(Object.keys(errors(change))).toEqual([field]);
  });

  test("but a payload that is not JSON may hold anything", () => {
    expect(errors({ contentType: "text/plain", payload: "{" })).toEqual({});
  });

  test.each([
    ["target.users.ids[1]", "target"],
    ["content.content_type", "contentType"],
    ["content.attributes[link]", "attributes"],
    ["ttl", "ttl"],
    ["priority", undefined],
  ])("%s of the server belongs to %s of the form", (path, field) => {
    expect(fieldOf(path)).toBe(field);
  });
});
