// What the load tests tell a gateway, and how a gateway tells them that it runs.

import { Redis } from "ioredis";
import jwt from "jsonwebtoken";

/** Room for a storm of connections between two turns of the event loop. */
const BACKLOG = 8192;

export const settings = {
  /** Counts from 0. */
  gateway: Number(process.env.PEER_GATEWAY),
  /** 0: a free one. */
  port: Number(process.env.PEER_PORT),
  redis: process.env.PEER_REDIS,
  secret: Buffer.from(process.env.PEER_SECRET, "base64"),
};

/** A connection whose commands of one turn of the event loop go out together. */
export function connectRedis(options = {}) {
  const redis = new Redis(settings.redis, { enableAutoPipelining: true, maxRetriesPerRequest: null, ...options });
  redis.on("error", (error) => console.error(`Redis: ${error.message}`));
  return redis;
}

/** The user that a token is for; throws when it is not valid. */
export function userOf(token) {
  const { sub } = jwt.verify(token, settings.secret, { algorithms: ["HS256"] });
  if (typeof sub !== "string" || sub === "") throw new Error("The token names no user");
  return sub;
}

/** Opens the port and says so. */
export function listen(server) {
  server.listen({ host: "127.0.0.1", port: settings.port, backlog: BACKLOG }, () =>
    console.log(`listening on 127.0.0.1:${server.address().port}`),
  );
}
