import { connectRedis } from "../settings.mjs";

const STREAM = "notifications";
const CONSUMER = "gateway";

/** Most entries of one read. */
const COUNT = 512;

/** How long a read waits for one; also how long a stop may take. */
const BLOCK_MS = 1_000;

const RETRY_MS = 200;

/** Reads the stream for this gateway's group. What was read is acknowledged at once for the whole batch. */
export class StreamConsumer {
  #redis;
  #reader;
  #group;
  #deliver;
  #stopping = false;
  #stopped = Promise.resolve();

  /** `deliver` takes recipient, id and data of an entry. */
  constructor(redis, gateway, deliver) {
    this.#redis = redis;
    // Its own connection: a read that waits holds up everything behind it.
    this.#reader = connectRedis({ enableAutoPipelining: false });
    this.#group = `gateway-${gateway}`;
    this.#deliver = deliver;
  }

  async start() {
    try {
      await this.#redis.xgroup("CREATE", STREAM, this.#group, "$", "MKSTREAM");
    } catch (error) {
      if (!error.message.startsWith("BUSYGROUP")) throw error;
    }
    this.#stopped = this.#run();
  }

  async stop() {
    this.#stopping = true;
    await this.#stopped;
    this.#reader.disconnect();
  }

  async #run() {
    // First what an earlier life of this gateway read and did not acknowledge, then what is new.
    let from = "0";
    while (!this.#stopping) {
      try {
        const entries = await this.#read(from);
        if (entries.length === 0) {
          from = ">";
          continue;
        }
        for (const [id, fields] of entries) this.#handle(id, fields);
        const acknowledged = this.#redis.xack(STREAM, this.#group, ...entries.map(([id]) => id));
        if (from === ">") acknowledged.catch(logged);
        else await acknowledged;
      } catch (error) {
        logged(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #read(from) {
    const options = ["COUNT", COUNT, "BLOCK", BLOCK_MS, "STREAMS", STREAM, from];
    const answer = await this.#reader.xreadgroup("GROUP", this.#group, CONSUMER, ...options);
    return answer === null ? [] : answer[0][1];
  }

  /** Fields are `user` or `topic` with its name, and `data` with the payload in base64. */
  #handle(id, fields) {
    // An unacknowledged entry that the stream has dropped has none.
    if (fields === null) return;
    const [kind, name, , data] = fields;
    this.#deliver(kind === "user" ? { user: name } : { topic: name }, id, data);
  }
}

function logged(error) {
  console.error(`Stream: ${error.message}`);
}
