// The installation of compose.yaml on the test's private network: every service in a namespace of its own, nodes as real
// containers with the settings of compose.yaml, Redis and HAProxy as this machine's programs with the files of deploy/.

import { execFile, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
const { RUNTIME, ROOT, IMAGE, NETNS, NETWORK } = process.env;
const FIRST_HOST = 10;
const DEPLOY = `${ROOT}/deploy`;

export const REDIS_PASSWORD = "only-for-this-test";
const services = JSON.parse(readFileSync(`${RUNTIME}/compose.json`, "utf8")).services;
const nodes = Object.keys(services).filter((name) => services[name].image === "heliograph");
export const gateways = nodes.filter((name) => services[name].environment.HELIOGRAPH_ROLES === "gateway");

/** Address of a service on the test's network. */
export function address(name) {
  return `${NETWORK}.${FIRST_HOST + Object.keys(services).indexOf(name)}`;
}

/** How long compose.yaml lets a service take to stop, in seconds. */
export function graceSeconds(name) {
  return Number.parseInt(services[name].stop_grace_period, 10);
}

/** Runs podman on the test's own storage and returns what it printed. */
export async function podman(...args) {
  return (await run(`${RUNTIME}/podman`, args)).stdout.trim();
}

/** Answers A queries for the services' names, as the name server of a container network does. */
export async function startNameServer() {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const labels = [];
    let at = 12;
    for (; query[at] > 0; at += query[at] + 1) labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
    const question = query.subarray(12, at + 5);
    const known = labels[0] in services && labels.length === 1;
    const isA = query.readUInt16BE(at + 1) === 1;
    const answer = known && isA ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address(labels[0]).split(".")]) : Buffer.alloc(0);
    const header = Buffer.from([query[0], query[1], 0x85, known ? 0x80 : 0x83, 0, 1, 0, answer.length ? 1 : 0, 0, 0, 0, 0]);
    socket.send(Buffer.concat([header, question, answer]), from.port, from.address);
  });
  socket.bind(53, `${NETWORK}.1`);
  await once(socket, "listening");
  return socket;
}

/** Starts a program of this machine in a service's namespace, with the test's name server. Returns the child process. */
function startProgram(service, command) {
  const script = `mount --bind ${RUNTIME}/resolv.conf "$(realpath /etc/resolv.conf)" && exec "$@"`;
  const child = spawn(
    "nsenter",
    [`--net=/run/netns/${NETNS}-${service}`, "unshare", "--mount", "sh", "-c", script, "sh", ...command],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  child.log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.log += text));
  return child;
}

/** Redis with deploy/redis/redis.conf; only its data directory is another. */
export function startRedis() {
  const command = ["redis-server", `${DEPLOY}/redis/redis.conf`, "--dir", `${RUNTIME}/redis`, "--requirepass", REDIS_PASSWORD];
  return startProgram("redis", command);
}

/** HAProxy with deploy/haproxy/haproxy.cfg as it is. */
export function startHaproxy() {
  return startProgram("haproxy", ["haproxy", "-db", "-f", `${DEPLOY}/haproxy/haproxy.cfg`]);
}

/** Starts the containers of all nodes as compose.yaml describes them. `extra` is added to their environment. */
export async function startNodes(extra) {
  await Promise.all(nodes.map((name) => podman(...containerArguments(name, extra))));
  return nodes;
}

function containerArguments(name, extra) {
  const service = services[name];
  const environment = { ...service.environment, ...extra };
  environment.HELIOGRAPH_REDIS_URI = environment.HELIOGRAPH_REDIS_URI.replace(/\$\{REDIS_PASSWORD[^}]*\}/, REDIS_PASSWORD);
  const [jwksTarget] = service.volumes.map((volume) => volume.replace(/^\.\/auth/, `${RUNTIME}/auth`));
  return [
    "run", "--detach", "--name", `${NETNS}-${name}`, "--hostname", service.hostname,
    "--network", `ns:/run/netns/${NETNS}-${name}`, "--dns", `${NETWORK}.1`,
    // Docker mounts no temporary file systems into a read-only container unless asked; podman does unless told not to.
    ...(service.read_only ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ...service.cap_drop.flatMap((capability) => ["--cap-drop", capability]),
    ...service.security_opt.flatMap((option) => ["--security-opt", option.replace(":true", "")]),
    "--memory", service.mem_limit, "--pids-limit", String(service.pids_limit), "--volume", jwksTarget,
    ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    IMAGE,
  ];
}

/** Name of a service's container. */
export function container(name) {
  return `${NETNS}-${name}`;
}

/** Ends a program and waits for it. */
export async function endProgram(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
