import { expect, test } from "vitest";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";

/** Redis trims whole nodes of 100 entries, so a log of at most 10 keeps up to 110. */
const all = fleet({ one: { env: { HELIOGRAPH_LOG_MAX_LENGTH: "10" } } });
const MOST_KEPT = 110;

test("a device whose position was trimmed hears of it and gets all that the log keeps, once (R-5 TRIMMED)", async () => {
  const user = all.newUser();
  const phone = await all.device({ sub: user }, { url: all.servers.one.url }).live();
  await all.backend.send(...numbered(5, { user }));
  await phone.received(5);
  phone.client.disconnect();
  await all.backend.send(...numbered(400, { user }, 6));
  phone.client.connect();
  await phone.until(() => phone.texts.at(-1) === "405", "the newest notification");

  // The gateway may still have had some that the log had trimmed.
  const { lastSeq = 0, nextSeq = 0 } = phone.resets[0] ?? {};
  expect(phone.resets).toMatchObject([
    { channel: `user/${user}`, outcome: "trimmed", lastSeq, nextSeq, headSeq: 405, lost: nextSeq - lastSeq - 1 },
  ]);
  expect(lastSeq).toBeGreaterThanOrEqual(5);
  expect(nextSeq).toBeGreaterThan(405 - MOST_KEPT);
  expect(phone.deliveries.map(({ seq }) => seq)).toEqual([
    ...Array.from({ length: lastSeq }, (_, index) => 1 + index),
    ...Array.from({ length: 405 - nextSeq + 1 }, (_, index) => nextSeq + index),
  ]);
});
