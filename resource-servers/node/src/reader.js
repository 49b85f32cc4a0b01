/** As many lookups without a response may wait in the client; more are not sent. */
const MOST_UNANSWERED = 16;

/** After that time a lookup no longer counts, should the client never settle it. */
const UNANSWERED_FOR_MS = 30_000;

/**
 * Reads keys by an application's own Redis client, in one round trip and bounded time.
 *
 * Both clients keep commands while there is no connection, and a command that was sent cannot be taken back. So a
 * lookup is not sent if the client is not connected, or if too many earlier ones had no response within the timeout.
 * Their responses, or the end of the connection, open the way again.
 *
 * Each key is read by a `GET` of its own: `MGET` answers nil for a key of another type, and on a Cluster the keys are
 * in several slots. Both clients send commands of the same tick without waiting for the first response.
 */
export class BoundedReader {
  #client;
  #timeoutMs;
  #unanswered = 0;

  constructor(client, timeoutMs) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Never rejects.
   *
   * @param {string[]} keys
   * @returns {Promise<(string | null | Error)[]>} one for each key, in the same order
   */
  async read(keys) {
    const obstacle = this.#obstacle();
    return obstacle ? keys.map(() => obstacle) : this.#send(keys);
  }

  #obstacle() {
    if (!isConnected(this.#client)) {
      return new Error('There is no connection to Redis');
    }
    return this.#unanswered < MOST_UNANSWERED ? undefined : new Error('Redis does not respond');
  }

  #send(keys) {
    return new Promise((resolve) => {
      const values = keys.map(() => undefined);
      let isAnswered = () => resolve(values);

      const giveUp = () => {
        const failure = new Error(`Redis did not respond within ${this.#timeoutMs} ms`);
        isAnswered = this.#countUnanswered();
        resolve(values.map((value) => (value === undefined ? failure : value)));
      };
      // One more turn of the event loop reads a response that arrived while other code blocked the process.
      let turn;
      const timer = setTimeout(() => (turn = setImmediate(giveUp)), this.#timeoutMs);

      const answers = keys.map(async (key, index) => {
        values[index] = await this.#get(key);
      });
      Promise.all(answers).then(() => {
        clearTimeout(timer);
        clearImmediate(turn);
        isAnswered();
      });
    });
  }

  /** Counts a lookup until the returned function is called, or for a time. */
  #countUnanswered() {
    this.#unanswered++;
    let isCounted = true;
    const release = () => {
      if (isCounted) {
        isCounted = false;
        this.#unanswered--;
        clearTimeout(timer);
      }
    };
    const timer = setTimeout(release, UNANSWERED_FOR_MS).unref();
    return release;
  }

  async #get(key) {
    try {
      const value = await this.#client.get(key);
      if (value === null || typeof value === 'string') {
        return value;
      }
      // By a type mapping of node-redis.
      return Buffer.isBuffer(value) ? value.toString() : new Error('The Redis client returned neither a text nor null');
    } catch (failure) {
      return failure instanceof Error ? failure : new Error('The Redis client failed', { cause: failure });
    }
  }
}

/** node-redis has `isReady`; ioredis has `status`, and connects at the first command if it is `wait`. */
function isConnected(client) {
  if (typeof client.isReady === 'boolean') {
    return client.isReady;
  }
  return typeof client.status !== 'string' || client.status === 'ready' || client.status === 'wait';
}
