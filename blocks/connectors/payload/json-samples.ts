import { ConnectorError, type ConnectorHost, type Sample, type TagRequest } from '#blocks/sdk/connector.ts';
import { quality } from '#runtime/batch/quality.ts';
import type { Place } from './path.ts';
import { type Payload, PayloadError, type Taken } from './payload.ts';

/** Samples out of JSON. What a tag's place does not hold gives a sample without value; why is told once, and taken back when it holds one again. */
export class JsonSamples {
  readonly #host: Pick<ConnectorHost, 'event'>;
  readonly #broken = new Set<number>();

  constructor(host: Pick<ConnectorHost, 'event'>) {
    this.#host = host;
  }

  take(tag: TagRequest, place: Place, payload: Payload, arrived: number): Sample {
    const [sample] = this.each(tag, arrived, () => [payload.take(place, tag.type, arrived)]);
    if (!sample) throw new Error('a place has one sample');
    return sample;
  }

  /** The samples of one tag in a document that may hold several of it, or none. */
  each(tag: TagRequest, arrived: number, read: () => readonly Taken[]): readonly Sample[] {
    try {
      const samples = read().map((taken) => ({ tagId: tag.tagId, ...taken }));
      if (samples.length > 0 && this.#broken.delete(tag.tagId)) this.#host.event({ kind: 'address', tagId: tag.tagId });
      return samples;
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      if (!this.#broken.has(tag.tagId)) {
        this.#broken.add(tag.tagId);
        const { en, zh } = error.text;
        const text = { en: `${tag.address}: ${en}`, zh: `${tag.address}：${zh}` };
        this.#host.event({ kind: 'address', tagId: tag.tagId, error: new ConnectorError('address', error.code, text) });
      }
      return [{ tagId: tag.tagId, time: arrived, quality: quality('bad', 'missing') }];
    }
  }
}
