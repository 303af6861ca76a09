import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import type { SourceValue, TagValueType, WaveValue } from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import { type Path, type Place, pathText, valueAt } from './path.ts';
import { type TimeRules, timeOf } from './time.ts';

/**
 * Binary waveform, media type `application/x-mw-wave`, little-endian: bytes 0-3 the letters `MWV1`, 4-7 number of samples (uint32),
 * 8-15 time of the first sample in epoch milliseconds (float64), 16-23 samples per second (float64), then float32 samples.
 */
const WAVE_MAGIC = 'MWV1';
const WAVE_HEADER = 24;
/** 16 M samples: a minute at 250 kHz. More is a fault of the sender. */
const LONGEST_WAVE = 1 << 24;

export function packWave(wave: WaveValue): Buffer {
  const bytes = Buffer.alloc(WAVE_HEADER + 4 * wave.values.length);
  bytes.write(WAVE_MAGIC, 'latin1');
  bytes.writeUInt32LE(wave.values.length, 4);
  bytes.writeDoubleLE(wave.t0, 8);
  bytes.writeDoubleLE(wave.rate, 16);
  wave.values.forEach((value, i) => {
    bytes.writeFloatLE(value, WAVE_HEADER + 4 * i);
  });
  return bytes;
}

/** Undefined when the bytes are no waveform of this form. */
export function unpackWave(bytes: Buffer): WaveValue | undefined {
  if (bytes.length < WAVE_HEADER || bytes.toString('latin1', 0, 4) !== WAVE_MAGIC) return undefined;
  const n = bytes.readUInt32LE(4);
  const t0 = bytes.readDoubleLE(8);
  const rate = bytes.readDoubleLE(16);
  if (n > LONGEST_WAVE || bytes.length !== WAVE_HEADER + 4 * n || !Number.isFinite(t0) || !(rate > 0)) return undefined;
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = bytes.readFloatLE(WAVE_HEADER + 4 * i);
  return { t0, rate, values };
}

export class PayloadError extends Error {
  readonly code: string;
  readonly text: Bilingual;
  constructor(code: string, text: Bilingual) {
    super(text.en);
    this.code = code;
    this.text = text;
  }
}

export interface Taken {
  readonly value?: SourceValue;
  readonly quality: number;
  readonly time: number;
}

/** The body of a message or answer, parsed once for all the addresses in it. */
export class Payload {
  readonly #bytes: Buffer;
  #json: { readonly data: unknown } | { readonly error: string } | undefined;

  readonly #times: TimeRules;
  readonly #around: unknown;

  /** `around`: what came beside the body, found by paths that begin with `$`. */
  constructor(bytes: Buffer, times: TimeRules = {}, around: unknown = {}) {
    this.#bytes = bytes;
    this.#times = times;
    this.#around = around;
  }

  #at(path: Path): unknown {
    const [first] = path;
    return valueAt(typeof first === 'string' && first.startsWith('$') ? this.#around : this.data(), path);
  }

  /** The JSON that it is; throws `PayloadError` when it is none. */
  data(): unknown {
    if (!this.#json) {
      try {
        this.#json = { data: JSON.parse(this.#bytes.toString('utf8')) };
      } catch (error) {
        this.#json = { error: (error as Error).message };
      }
    }
    if ('error' in this.#json) {
      const { error } = this.#json;
      throw new PayloadError('payload.json', { en: `The payload is not JSON: ${error}`, zh: `消息内容不是 JSON：${error}` });
    }
    return this.#json.data;
  }

  /** The value at one place; throws `PayloadError` when the payload does not hold one of this type. */
  take(place: Place, type: TagValueType, arrived: number): Taken {
    if (type === 'wave') return this.#wave(place);
    if (type === 'text' && place.value.length === 0 && !place.time) {
      return { value: this.#bytes.toString('utf8'), quality: GOOD, time: arrived };
    }
    const found = this.#at(place.value);
    const time = place.time ? timeOf(this.#at(place.time), this.#times) : arrived;
    if (time === undefined) {
      const where = pathText(place.time ?? []);
      throw new PayloadError('payload.time', {
        en: `There is no time at “${where}”: an ISO text or epoch number is needed.`,
        zh: `“${where}”处没有时间：需要 ISO 文本或纪元数值。`,
      });
    }
    if (found === null) return { quality: quality('bad', 'missing'), time };
    if (found === undefined) {
      const field = pathText(place.value);
      throw new PayloadError('payload.missing', {
        en: `The payload has no field “${field}”.`,
        zh: `消息内容中没有字段“${field}”。`,
      });
    }
    return { value: typed(found, type, place), quality: GOOD, time };
  }

  #wave(place: Place): Taken {
    const binary = unpackWave(this.#bytes);
    if (binary) return { value: binary, quality: GOOD, time: binary.t0 };
    if (this.#bytes.toString('latin1', 0, 4) === WAVE_MAGIC) {
      throw new PayloadError('payload.wave', {
        en: 'The binary waveform is cut off or its header is wrong.',
        zh: '二进制波形不完整或头部有误。',
      });
    }
    const found = valueAt(this.data(), place.value) as { t0?: unknown; rate?: unknown; values?: unknown } | undefined;
    const t0 = timeOf(found?.t0, this.#times);
    const { rate, values } = found ?? {};
    const usable = Array.isArray(values) && values.length <= LONGEST_WAVE && values.every((v) => typeof v === 'number');
    if (t0 === undefined || typeof rate !== 'number' || !(rate > 0) || !usable) {
      throw new PayloadError('payload.wave', {
        en: 'A waveform is { t0: time, rate: samples per second, values: [numbers] } or the binary form.',
        zh: '波形应为 { t0: 时间, rate: 每秒采样数, values: [数值] } 或二进制形式。',
      });
    }
    return { value: { t0, rate, values: Float32Array.from(values as number[]) }, quality: GOOD, time: t0 };
  }
}

/** A value of JSON as the tag wants it; throws `PayloadError` when it is none of its type. */
export function typed(found: unknown, type: TagValueType, place: Pick<Place, 'value'>): SourceValue {
  if (type === 'text') return typeof found === 'string' ? found : JSON.stringify(found);
  if (type === 'boolean') {
    if (typeof found === 'boolean') return found;
    if (found === 0 || found === 1) return found === 1;
    if (found === 'true' || found === 'false') return found === 'true';
  } else {
    if (typeof found === 'number') return found;
    if (typeof found === 'boolean') return Number(found);
    if (typeof found === 'string' && found.trim() !== '' && Number.isFinite(Number(found))) return Number(found);
  }
  const field = pathText(place.value);
  const is = JSON.stringify(found)?.slice(0, 60);
  throw new PayloadError('payload.type', {
    en: `“${field || 'the payload'}” is ${is}, but the tag needs a ${type}.`,
    zh: `“${field || '消息内容'}”为 ${is}，而测点需要 ${type}。`,
  });
}
