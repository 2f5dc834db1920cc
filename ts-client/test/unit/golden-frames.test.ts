import { readdirSync, readFileSync } from "node:fs";
import { equals, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ClientFrameSchema, ServerFrameSchema } from "../../src/gen/heliograph/device/v1/device_pb.js";

const frames = new URL("../../../proto/testdata/frames/", import.meta.url);
const names = readdirSync(frames)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(".json", ""));

/** Checks one frame with the schema of its side. */
function check(schema: typeof ClientFrameSchema | typeof ServerFrameSchema, name: string): void {
  const json = JSON.parse(readFileSync(new URL(`${name}.json`, frames), "utf8"));
  const binary = readFileSync(new URL(`${name}.binpb`, frames));
  const frame = fromBinary(schema, binary);
  expect(equals(schema, fromJson(schema, json), frame)).toBe(true);
  expect(toJson(schema, frame)).toEqual(json);
  expect(Buffer.from(toBinary(schema, frame))).toEqual(binary);
}

test.each(names)("C-2 %s means the same in both encodings and survives being written again", (name) => {
  check(name.startsWith("client-") ? ClientFrameSchema : ServerFrameSchema, name);
});

test.each([
  ["client", ClientFrameSchema],
  ["server", ServerFrameSchema],
])("there is a golden frame of each %s frame kind", (side, schema) => {
  const present = names
    .filter((name) => name.startsWith(`${side}-`))
    .flatMap((name) => Object.keys(JSON.parse(readFileSync(new URL(`${name}.json`, frames), "utf8"))));
  const kinds = schema.oneofs[0]?.fields.map((field) => field.jsonName) ?? [];
  expect([...new Set(present)].sort()).toEqual(kinds.sort());
});
