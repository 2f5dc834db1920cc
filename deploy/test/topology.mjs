// The cases that run the image: the whole installation of compose.yaml is up, used, and taken down. Prints a line per case,
// `PASS <name>` or `FAIL <name>: <why>`; test.sh counts them.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import {
  address, container, endProgram, gateways, graceSeconds, podman, startHaproxy, startNameServer, startNodes, startRedis,
} from "./installation.mjs";
import { issuerKey, mint } from "../token.mjs";
import { Device, field, get, grpc } from "./probes.mjs";

const { RUNTIME } = process.env;
const USER_ID = "10001";
/** A drain spread over a minute would only make the test wait: one second shows the same steps. */
const EXTRA_ENVIRONMENT = { HELIOGRAPH_GATEWAY_DRAIN_DELAY: "0s", HELIOGRAPH_GATEWAY_DRAIN_TIME: "PT1S" };
/** Three JVMs start at once, on a machine that may be busy. */
const READY_WITHIN_MS = 90_000;
const HAPROXY_NOTICES_WITHIN_MS = 15_000;

const key = issuerKey(RUNTIME);
const programs = [];
let nodes = [];
let failed = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`PASS ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${String(error?.stderr || error?.message || error).trim().replaceAll("\n", " | ")}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** Tries until `attempt` no longer throws; its last error counts when time is up. */
async function eventually(withinMs, attempt) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

async function ready(host) {
  const { status, body } = await get(`http://${host}:9091/observe/health/ready`);
  expect(status === 200 || status === 204, `readiness of ${host} is ${status} ${body}`);
}

/** NotifyRequest{target{user}, content{type, payload}}. */
function notifyRequest(user, text) {
  return Buffer.concat([field(1, field(1, user)), field(2, Buffer.concat([field(1, "greeting"), field(2, text)]))]);
}

async function notify(user, text) {
  const path = "/heliograph.notify.v1.NotifyService/Notify";
  const answer = await grpc(address("haproxy"), 9090, path, notifyRequest(user, text), mint(key, "shop", "notify"));
  expect(answer.status === 0, `Notify answered ${answer.status} ${answer.message}`);
}

/** A device of `user`, welcomed and subscribed to the inbox, that came through HAProxy. */
async function device(user, position) {
  const connected = await Device.connect(address("haproxy"), 8080, mint(key, user, "connect"));
  connected.send({ hello: { deviceId: `${user}-1`, client: { name: "deploy-test", version: "1" } } });
  const welcome = await connected.receive("welcome");
  connected.send({ subscribe: { channel: welcome.inbox, subId: 1, ...(position ? { position } : {}) } });
  const subscribed = await connected.receive("subscribed");
  return { device: connected, node: welcome.node, position: subscribed.position, outcome: subscribed.outcome };
}

async function delivered(connected, text) {
  const { notification, position } = await connected.receive("deliver");
  const payload = Buffer.from(notification.payload, "base64").toString();
  expect(payload === text, `delivered ${payload} instead of ${text}`);
  return position;
}

async function processStatus(name) {
  const pid = await podman("inspect", "--format", "{{.State.Pid}}", container(name));
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const value = (key) => status.match(new RegExp(`^${key}:\\s*(.*)$`, "m"))[1];
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n").map((line) => line.split(" "));
  return { value, rootOptions: mounts.find((mount) => mount[4] === "/")[5].split(",") };
}

/** Stops a node as compose would and answers {exitCode, seconds}. */
async function stop(name) {
  const begun = Date.now();
  await podman("stop", "--time", String(graceSeconds(name)), container(name));
  const exitCode = Number(await podman("inspect", "--format", "{{.State.ExitCode}}", container(name)));
  return { exitCode, seconds: (Date.now() - begun) / 1000 };
}

async function cases() {
  await check("every node of compose.yaml becomes ready", async () => {
    await Promise.all(nodes.map((name) => eventually(READY_WITHIN_MS, () => ready(address(name)))));
  });
  await check(`nodes run as user ${USER_ID}, may gain no privilege and cannot write to their root`, async () => {
    for (const name of nodes) {
      const { value, rootOptions } = await processStatus(name);
      expect(value("Uid").split(/\s+/).every((id) => id === USER_ID), `${name} runs as ${value("Uid")}`);
      expect(/^0+$/.test(value("CapBnd")), `${name} could gain the capabilities ${value("CapBnd")}`);
      expect(value("NoNewPrivs") === "1", `${name} may gain privileges`);
      expect(rootOptions.includes("ro"), `the root of ${name} is mounted ${rootOptions}`);
    }
  });
  await check("nodes write nothing: their containers differ from the image in no file", async () => {
    for (const name of nodes) {
      const changes = (await podman("diff", container(name))).split("\n").filter((line) => line && !/^[AC] \/(etc|proc|sys|dev|run)(\/|$)/.test(line));
      expect(changes.length === 0, `${name} changed ${changes.join(", ")}`);
    }
  });
  await check("metrics answer on the admin port", async () => {
    for (const name of nodes) {
      const { status, body } = await get(`http://${address(name)}:9091/observe/metrics`);
      expect(status === 200 && body.length > 0, `metrics of ${name} answered ${status} with ${body.length} bytes`);
    }
  });
  await check("HAProxy finds all nodes healthy and exports its own metrics", async () => {
    await eventually(HAPROXY_NOTICES_WITHIN_MS, async () => {
      const { body } = await get(`http://${address("haproxy")}:8404/metrics`);
      const up = nodes.filter((name) => new RegExp(`^haproxy_server_status\\{[^}]*server="${name}",state="UP"\\} 1$`, "m").test(body));
      expect(up.length === nodes.length, `only [${up}] of [${nodes}] are UP`);
    });
  });
  await check("the gRPC health service answers through HAProxy", async () => {
    const { status, message, body } = await grpc(address("haproxy"), 9090, "/grpc.health.v1.Health/Check", Buffer.alloc(0));
    expect(status === 0 && body.equals(Buffer.from([8, 1])), `health is ${status} ${message} ${body.toString("hex")}`);
  });
  await check("the verdict on a missing token and on a good one comes through HAProxy (C-6)", async () => {
    const url = `http://${address("haproxy")}:8080/v1/connect`;
    const refused = await get(url);
    expect(refused.status === 401 && JSON.parse(refused.body).code === "unauthenticated", `no token: ${refused.status} ${refused.body}`);
    const welcome = await get(url, { authorization: `Bearer ${mint(key, "alice", "connect")}` });
    expect(welcome.status === 200 && JSON.parse(welcome.body).code === "ok", `good token: ${welcome.status} ${welcome.body}`);
  });
  await check("HAProxy shows the world nothing of a gateway but the device protocol", async () => {
    for (const path of ["/", "/observe/metrics"]) {
      const { status, body } = await get(`http://${address("haproxy")}:8080${path}`);
      // The page is HAProxy's own: a gateway, asked for an unknown path, answers 404 in other words.
      expect(status === 404 && body.includes("<h1>404 Not Found</h1>"), `${path} answered ${status} ${body}`);
    }
  });
  await check("a notification reaches devices on both gateways through HAProxy", async () => {
    const sessions = [await device("alice"), await device("bob")];
    expect(new Set(sessions.map((session) => session.node)).size === gateways.length, `both are on ${sessions[0].node}`);
    for (const [index, user] of ["alice", "bob"].entries()) {
      await notify(user, `hello ${user}`);
      await delivered(sessions[index].device, `hello ${user}`);
    }
    await Promise.all(sessions.map((session) => session.device.cut()));
  });
  await check("a device of a killed gateway resumes on the other, through HAProxy, with nothing lost (G-5)", async () => {
    const before = await device("carol");
    await notify("carol", "one");
    const position = await delivered(before.device, "one");
    await podman("kill", "--signal", "KILL", container(before.node));
    await notify("carol", "two");
    const after = await eventually(HAPROXY_NOTICES_WITHIN_MS, () => device("carol", position));
    expect(after.node !== before.node, `back on ${after.node}`);
    expect(after.outcome === "OUTCOME_OK", `resumed with ${after.outcome}`);
    await delivered(after.device, "two");
    await after.device.cut();
    nodes = nodes.filter((name) => name !== before.node);
  });
  await check("SIGTERM ends every node with exit code 0 within its stop_grace_period", async () => {
    const ends = await Promise.all(nodes.map(async (name) => ({ name, ...(await stop(name)) })));
    for (const { name, exitCode, seconds } of ends) {
      expect(exitCode === 0, `${name} ended with ${exitCode} after ${seconds} s`);
      console.log(`     ${name} stopped in ${seconds.toFixed(1)} s`);
    }
  });
  await check("no token and no Redis password is in any log", async () => {
    const logs = await Promise.all([...gateways, "notify-1"].map((name) => podman("logs", container(name)).catch(() => "")));
    const all = [...logs, ...programs.map((program) => program.log)].join("\n");
    expect(!all.includes("eyJ"), "a token is in a log");
    expect(!all.includes("only-for-this-test"), "the Redis password is in a log");
  });
}

async function showLogs() {
  for (const program of programs) console.log(`---- ${program.spawnargs.at(-1)}\n${program.log.slice(-3000)}`);
  for (const name of await podman("ps", "--all", "--format", "{{.Names}}").then((names) => names.split("\n").filter(Boolean))) {
    console.log(`---- ${name}\n${(await podman("logs", "--tail", "40", name).catch((error) => error.stderr)).slice(-6000)}`);
  }
}

const nameServer = await startNameServer();
try {
  programs.push(startRedis(), startHaproxy());
  nodes = await startNodes(EXTRA_ENVIRONMENT);
  await cases();
  if (failed > 0) await showLogs();
} catch (error) {
  failed++;
  console.log(`FAIL the installation starts: ${String(error.stderr || error.stack).trim().replaceAll("\n", " | ")}`);
} finally {
  await Promise.all(programs.map(endProgram));
  nameServer.close();
  await once(nameServer, "close");
}
