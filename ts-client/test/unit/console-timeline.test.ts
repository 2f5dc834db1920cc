import { expect, test } from "vitest";
import { CatchUp } from "../../console/src/devices/catchUp.js";
import { MAX_ROWS, TAPE_LENGTH, Timeline } from "../../console/src/devices/timeline.js";

test("a timeline keeps the newest rows and says how many it dropped", () => {
  const timeline = new Timeline();
  for (let n = 1; n <= MAX_ROWS + 5; n++) timeline.event("quiet", `event ${n}`, "", n);
  expect(timeline.rows).toHaveLength(MAX_ROWS);
  expect(timeline.rows[0]).toMatchObject({ title: `event ${MAX_ROWS + 5}` });
  expect(timeline.dropped).toBe(5);
});

test("the tape shows the last entries, whatever a skip stands for", () => {
  const timeline = new Timeline();
  timeline.skipped(1_000_000);
  expect(timeline.tape).toEqual(Array.from({ length: TAPE_LENGTH }, () => "skipped"));
});

test("a catch-up ends with the entry that was the head when the device came back", () => {
  const catchUp = new CatchUp(12, 1_000);
  expect(catchUp.covers(12)).toBe(true);
  expect(catchUp.covers(13)).toBe(false);
  catchUp.delivered();
  expect(catchUp.finish(10, 1_010)).toBeUndefined();
  catchUp.skipped(2);
  expect(catchUp.finish(12, 1_020)).toEqual({ delivered: 1, skipped: 2, tookMs: 20 });
});
