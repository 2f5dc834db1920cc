/** A socket that is not taken from for so long is cut, before it costs the gateway its memory. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Each socket is pinged once in so many seconds, some of them each second, and cut when it did not answer the last one. */
const PING_PERIOD_S = 30;

const TEXT = { binary: false };

/** The open sockets of this gateway, by user and by topic. */
export class Sockets {
  #byUser = new Map();
  #byTopic = new Map();
  #byPingSecond = Array.from({ length: PING_PERIOD_S }, () => new Set());
  #added = 0;
  #second = 0;

  constructor() {
    setInterval(() => this.#ping(), 1000).unref();
  }

  /** Returns how many the user has now. */
  add(socket, user) {
    socket.user = user;
    socket.topics = [];
    socket.alive = true;
    socket.pinged = this.#byPingSecond[this.#added++ % PING_PERIOD_S];
    socket.pinged.add(socket);
    socket.on("pong", isAlive);
    return put(this.#byUser, user, socket);
  }

  subscribe(socket, topic) {
    if (socket.readyState === socket.OPEN && !socket.topics.includes(topic)) {
      socket.topics.push(topic);
      put(this.#byTopic, topic, socket);
    }
  }

  /** Returns how many the user has left. */
  remove(socket) {
    socket.pinged.delete(socket);
    for (const topic of socket.topics) take(this.#byTopic, topic, socket);
    return take(this.#byUser, socket.user, socket);
  }

  /** Sends the same bytes to a user's sockets or to a topic's. */
  send({ user, topic }, message) {
    const recipients = user === undefined ? this.#byTopic.get(topic) : this.#byUser.get(user);
    if (recipients === undefined) return;
    for (const socket of recipients) {
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
      else socket.send(message, TEXT);
    }
  }

  closeAll(code) {
    for (const sockets of this.#byUser.values()) for (const socket of sockets) socket.close(code);
  }

  #ping() {
    for (const socket of this.#byPingSecond[this.#second++ % PING_PERIOD_S]) {
      if (socket.alive) {
        socket.alive = false;
        socket.ping();
      } else {
        socket.terminate();
      }
    }
  }
}

function isAlive() {
  this.alive = true;
}

function put(map, key, socket) {
  const sockets = map.get(key);
  if (sockets === undefined) {
    map.set(key, new Set([socket]));
    return 1;
  }
  return sockets.add(socket).size;
}

function take(map, key, socket) {
  const sockets = map.get(key);
  if (sockets === undefined) return 0;
  sockets.delete(socket);
  if (sockets.size === 0) map.delete(key);
  return sockets.size;
}
