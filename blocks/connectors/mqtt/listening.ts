import type { BrokerClient, Message } from './client.ts';

/** Waits for single messages, of topics that are subscribed and of others. */
export class Listening {
  readonly #client: BrokerClient;
  readonly #covered: (topic: string) => boolean;
  readonly #waiting = new Map<string, Set<{ give(message: Message): void; end(): void }>>();

  /** `covered`: does a subscription bring this topic anyway? */
  constructor(client: BrokerClient, covered: (topic: string) => boolean) {
    this.#client = client;
    this.#covered = covered;
  }

  told(message: Message): void {
    for (const one of this.#waiting.get(message.topic) ?? []) one.give(message);
  }

  /**
   * Begins to wait for the next wanted message of a topic. `refused`: the broker does not let this user read it. `got` is undefined when none came
   * in time.
   */
  async next(
    topic: string,
    ms: number,
    wanted: (message: Message) => boolean = () => true,
  ): Promise<{ readonly got: Promise<Message | undefined>; readonly refused: boolean; stop(): Promise<void> }> {
    const { promise, resolve } = Promise.withResolvers<Message | undefined>();
    const listeners = this.#waiting.get(topic) ?? new Set();
    this.#waiting.set(topic, listeners);
    const end = (message?: Message) => {
      clearTimeout(timer);
      listeners.delete(one);
      if (listeners.size === 0 && this.#waiting.get(topic) === listeners) this.#waiting.delete(topic);
      resolve(message);
    };
    const one = {
      give: (message: Message) => {
        if (wanted(message)) end(message);
      },
      end: () => end(),
    };
    const timer = setTimeout(() => end(), ms);
    listeners.add(one);
    let refused = false;
    try {
      if (!this.#covered(topic)) refused = (await this.#client.subscribe([topic])).length > 0;
    } catch (error) {
      end();
      throw error;
    }
    if (refused) end();
    const leave = async () => {
      if (!this.#covered(topic) && !this.#waiting.has(topic)) await this.#client.unsubscribe([topic]).catch(() => {}); // gone with the session
    };
    const got = promise.then(async (message) => {
      await leave();
      return message;
    });
    return {
      got,
      refused,
      stop: async () => {
        end();
        await got;
      },
    };
  }

  close(): void {
    for (const listeners of [...this.#waiting.values()]) for (const one of [...listeners]) one.end();
  }
}
