import { Payload } from '../payload/payload.ts';
import type { Message } from './client.ts';
import { readingsOf } from './readings.ts';
import type { Template } from './template.ts';

/** One message, parsed once for all the addresses in it. */
export class Received {
  readonly payload: Payload;
  readonly arrived: number;
  readonly retain: boolean;
  readonly #around: Readonly<Record<string, unknown>>;
  readonly #offsetMinutes: number;
  readonly #readings = new Map<Template, ReturnType<typeof readingsOf>>();

  constructor({ payload, retain, user }: Pick<Message, 'payload' | 'retain' | 'user'>, arrived: number, offsetMinutes: number) {
    this.#around = { $user: user };
    this.payload = new Payload(payload, { offsetMinutes }, this.#around);
    this.arrived = arrived;
    this.retain = retain;
    this.#offsetMinutes = offsetMinutes;
  }

  /** Throws `PayloadError` when it is no JSON. */
  readings(template: Template): ReturnType<typeof readingsOf> {
    const known = this.#readings.get(template);
    if (known) return known;
    const read = readingsOf(template, this.payload.data(), this.#around, this.arrived, this.#offsetMinutes);
    this.#readings.set(template, read);
    return read;
  }
}
