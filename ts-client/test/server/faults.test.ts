import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ServerFrame, ServerFrameSchema } from "../../src/gen/heliograph/device/v1/device_pb.js";
import { type Fault, FaultProxy, faultless, type Wire } from "../support/fault-proxy.js";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";

const all = fleet({
  node: { env: { HELIOGRAPH_GATEWAY_HEARTBEAT_INTERVAL: "500ms", HELIOGRAPH_GATEWAY_HEARTBEAT_TIMEOUT: "1s" } },
});
let proxy: FaultProxy;

beforeEach(async () => {
  proxy = await FaultProxy.start(all.servers.node.url);
});

afterEach(async () => {
  await proxy.close();
});

type Body = NonNullable<MessageInitShape<typeof ServerFrameSchema>["body"]>;
const frameOf = (body: Body): ServerFrame => create(ServerFrameSchema, { body });

/** A fault that meets only notifications. */
function onDeliver(fault: (frame: ServerFrame, wire: Wire, seq: number) => void): Fault {
  return (frame, wire) => {
    if (frame.body.case === "deliver") fault(frame, wire, Number(frame.body.value.seq));
    else wire.send(frame);
  };
}

function held(): Fault {
  let kept: ServerFrame | undefined;
  const keep = once(tenth, (frame) => {
    kept = frame;
  });
  return (frame, wire) => {
    const before = kept;
    keep(frame, wire);
    if (before) wire.send(before);
    if (before === kept) kept = undefined;
  };
}

function replaying(): Fault {
  let first: ServerFrame | undefined;
  return onDeliver((frame, wire) => {
    first ??= frame;
    wire.send(frame);
    wire.send(first);
  });
}

function closing(codes: number[]): Fault {
  return onDeliver((frame, wire) => {
    wire.send(frame);
    const code = wire.frames >= 4 ? codes.shift() : undefined;
    if (code !== undefined) wire.close(code);
  });
}

/** Once per seq that the test holds of, so that the repetition gets through. */
function once(test: (seq: number) => boolean, fault: (frame: ServerFrame, wire: Wire, seq: number) => void): Fault {
  const met = new Set<number>();
  return onDeliver((frame, wire, seq) => {
    if (!test(seq) || met.has(seq)) return wire.send(frame);
    met.add(seq);
    fault(frame, wire, seq);
  });
}

const tenth = (seq: number) => seq % 10 === 5;

function changing(frame: ServerFrame, change: object): ServerFrame {
  if (frame.body.case !== "deliver") return frame;
  return frameOf({ case: "deliver", value: { ...frame.body.value, ...change } });
}

const faults: Record<string, () => Fault> = {
  "lose each seventh": () =>
    once(
      (seq) => seq % 7 === 0,
      () => {},
    ),
  "come twice": () =>
    onDeliver((frame, wire) => {
      wire.send(frame);
      wire.send(frame);
    }),
  "change places": held,
  "are followed by an old one": replaying,
  "are followed by one of a channel never asked for": () =>
    onDeliver((frame, wire) => {
      wire.send(frame);
      wire.send(changing(frame, { channel: "topic/other" }));
    }),
  "become a Skip that covers more than it counts": () =>
    once(tenth, (frame, wire, seq) => {
      const channel = frame.body.case === "deliver" ? frame.body.value.channel : "";
      const counts = [{ reason: 3, count: 1n }];
      const skip = { channel, fromSeq: BigInt(seq), throughSeq: BigInt(seq + 9), position: "p", counts };
      wire.send(frameOf({ case: "skip", value: skip }));
    }),
  "have a broken position before a cut": () =>
    once(tenth, (frame, wire) => {
      wire.send(changing(frame, { position: "broken" }));
      setTimeout(() => wire.cut(), 30);
    }),
  "have no position before a cut": () =>
    once(tenth, (frame, wire) => {
      wire.send(changing(frame, { position: "" }));
      setTimeout(() => wire.cut(), 30);
    }),
  "are cut off": () => once(tenth, (_, wire) => wire.cut()),
  "are cut off within a message": () => once(tenth, (_, wire) => wire.cut(Uint8Array.of(0x82, 0x7e, 0x01))),
  "break the framing": () => once(tenth, (_, wire) => wire.cut(Uint8Array.of(0xff, 0xff, 0xff, 0xff))),
  "become text": () => once(tenth, (_, wire) => wire.send("{}")),
  "become garbage": () => once(tenth, (_, wire) => wire.send(Uint8Array.of(0x0a, 0xff, 0x01))),
  "come among frames of unknown kinds": () =>
    onDeliver((frame, wire) => {
      wire.send(Uint8Array.of(0xfa, 0x3e, 0x00));
      wire.send(frame);
    }),
  "come among Errors of every code": () =>
    once(
      () => true,
      (frame, wire, seq) => {
        const channel = frame.body.case === "deliver" ? frame.body.value.channel : "";
        wire.send(frameOf({ case: "error", value: { code: seq % 15, channel, retryAfterMs: 2 ** 32 - 1 } }));
        wire.send(frame);
      },
    ),
  "meet each close that means reconnect": () => closing([1000, 1001, 1011, 1012, 3000, 4000, 4008, 4013, 4042, 4499]),
  "meet a gateway that always sends the device on": () => (frame, wire) => {
    wire.send(frame);
    if (frame.body.case === "welcome") wire.send(frameOf({ case: "goAway", value: { code: 1012 } }));
  },
  "meet another outcome and a lower begin": () => (frame, wire) => {
    if (frame.body.case !== "subscribed" || wire.number === 1) {
      wire.send(frame);
      if (wire.number === 1 && wire.frames > 20) wire.cut();
      return;
    }
    wire.send(frameOf({ case: "subscribed", value: { ...frame.body.value, outcome: 4 } }));
  },
  "meet a Welcome without times": () => (frame, wire) =>
    frame.body.case === "welcome"
      ? wire.send(
          frameOf({ case: "welcome", value: { ...frame.body.value, heartbeatIntervalMs: 0, heartbeatTimeoutMs: 0 } }),
        )
      : wire.send(frame),
};

/** More connections than this for one test's faults would be a storm. */
const MOST_UPGRADES = 16;

test.each(Object.entries(faults))(
  "notifications that %s are handled once and in order (D-1, D-2, D-4)",
  async (_, fault) => {
    const user = all.newUser();
    const phone = await all.device({ sub: user }, { url: proxy.url }).live();
    proxy.fault = fault();
    for (let i = 1; i <= 60; i += 20) await all.backend.send(...numbered(20, { user }, i));
    // What ends a fault that stays is the next frame without one.
    await phone.until(() => phone.deliveries.length >= 50, "most of them");
    proxy.fault = faultless;
    await all.backend.send(...numbered(1, { user }, 61));
    await phone.received(61);
    expect(phone.texts).toEqual(numbered(61, { user }).map(({ text }) => text));
    expect(phone.errors.filter(({ fatal }) => fatal)).toEqual([]);
    expect(proxy.upgrades).toBeLessThan(MOST_UPGRADES);
    await phone.client.close();
    await phone.until(() => proxy.open === 0, "no socket is left");
  },
);

test.each([1003, 1009, 4500, 4501, 4509, 4600])("a close with %i stops the client (G-1)", async (code) => {
  const phone = await all.device({ sub: all.newUser() }, { url: proxy.url }).live();
  proxy.fault = (_, wire) => wire.close(code);
  await phone.status("closed");
  expect(phone.client.state).toMatchObject({ reason: { code } });
  expect(proxy.upgrades).toBe(1);
});

test("a gateway that went silent is left, and one that hears nothing leaves: nothing is lost (H-2)", async () => {
  const user = all.newUser();
  const phone = await all.device({ sub: user }, { url: proxy.url }).live();
  proxy.fault = () => {};
  await all.backend.send(...numbered(5, { user }));
  await phone.until(() => phone.client.state.status !== "connected", "the silence is noticed");
  proxy.fault = faultless;
  await phone.received(5);
  proxy.hearsDevices = false;
  await phone.until(() => phone.client.state.status !== "connected", "the gateway's close");
  proxy.hearsDevices = true;
  await all.backend.send(...numbered(5, { user }, 6));
  await phone.received(10);
  expect(phone.texts).toEqual(numbered(10, { user }).map(({ text }) => text));
});

describe("a refused upgrade", () => {
  test.each([
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 99999\r\ncontent-length: 0\r\n\r\n",
    "\0\0 no HTTP at all\r\n\r\n",
    "",
  ])("by %j is tried again at a bounded rate (G-3)", async (answer) => {
    proxy.refusal = (socket) => void socket.end(answer);
    const phone = all.device({ sub: all.newUser() }, { url: proxy.url, backoff: { baseMs: 100, capMs: 100 } });
    phone.client.connect();
    await phone.until(() => proxy.upgrades >= 3, "three attempts");
    expect(phone.changes.filter(({ to }) => to.status === "waiting").length).toBeGreaterThanOrEqual(2);
    proxy.refusal = undefined;
    await phone.status("connected");
    expect(proxy.upgrades).toBeLessThan(MOST_UPGRADES);
  });

  test("with a verdict that redirects takes the token nowhere else (C-6)", async () => {
    const asked: (string | undefined)[] = [];
    proxy.refusal = (socket) => void socket.end();
    proxy.verdict = (request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    };
    const phone = all.device({ sub: all.newUser() }, { url: proxy.url });
    phone.client.connect();
    await phone.status("waiting");
    expect(new Set(asked)).toEqual(new Set(["/v1/connect"]));
  });
});
