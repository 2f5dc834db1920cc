/** Dead gateways' entries lapse after this. */
const TTL_S = 90;
const RENEWAL_MS = 30_000;

/** Who is connected to a gateway: a hash in Redis with the number of sockets of each user. */
export class Presence {
  #redis;
  #key;
  #closed = false;

  constructor(redis, gateway) {
    this.#redis = redis;
    this.#key = `presence:${gateway}`;
    setInterval(() => this.#redis.expire(this.#key, TTL_S).catch(logged), RENEWAL_MS).unref();
  }

  set(user, sockets) {
    if (this.#closed) return;
    const written = sockets === 0 ? this.#redis.hdel(this.#key, user) : this.#redis.hset(this.#key, user, sockets);
    written.catch(logged);
  }

  clear() {
    return this.#redis.del(this.#key);
  }

  /** All sockets go: that is one command, and not one for each. */
  close() {
    this.#closed = true;
    return this.clear();
  }
}

function logged(error) {
  console.error(`Presence: ${error.message}`);
}
