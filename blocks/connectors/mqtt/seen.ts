/** What devices of a template send, taken or not: shown for choosing, and told when nobody takes it. */
import type { BrowseNode, TagValueType } from '#blocks/sdk/connector.ts';
import { PayloadError } from '../payload/payload.ts';
import { templateAddressText } from './address.ts';
import type { Received } from './received.ts';
import type { Template } from './template.ts';
import { filled, valuesIn } from './topic-pattern.ts';

/** Signals in memory; a sender that makes up new names all the time is cut off here. */
const MOST = 20_000;

interface Seen {
  readonly template: Template;
  readonly values: readonly string[];
  readonly signal: string;
  value: unknown;
  unit: string | undefined;
}
export interface SetAside {
  readonly topic: string;
  readonly count: number;
  readonly code: string;
}

export class SeenSignals {
  readonly #templates: readonly Template[];
  readonly #seen = new Map<string, Seen>();
  /** Parts of messages that are no readings, by topic: how many, and why the last one. */
  readonly #aside = new Map<string, SetAside>();

  constructor(templates: Iterable<Template>) {
    this.#templates = [...templates];
  }

  /** Does a template speak of this topic? */
  covers(topic: string): boolean {
    return this.#templates.some((template) => template.topic.form.test(topic));
  }

  note(topic: string, received: Received): void {
    for (const template of this.#templates) {
      const values = valuesIn(template.topic, topic);
      if (!values) continue;
      try {
        const { readings, refused } = received.readings(template);
        for (const { signal, value, unit } of readings) {
          const key = templateAddressText({ template: template.name, values, signal });
          const known = this.#seen.get(key);
          if (known) {
            known.value = value;
            known.unit = unit;
          } else if (this.#seen.size < MOST) this.#seen.set(key, { template, values, signal, value, unit });
        }
        const last = refused.at(-1);
        if (last) this.#setAside(topic, refused.length, `${last.code} ${last.at}`);
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        this.#setAside(topic, 1, error.code);
      }
    }
  }
  #setAside(topic: string, more: number, code: string): void {
    const before = this.#aside.get(topic);
    if (before || this.#aside.size < MOST) this.#aside.set(topic, { topic, count: (before?.count ?? 0) + more, code });
  }

  get aside(): readonly SetAside[] {
    return [...this.#aside.values()];
  }
  /** Signals that no tag takes; `taken` are addresses without their units. */
  unclaimed(taken: ReadonlySet<string>): readonly string[] {
    return [...this.#seen.keys()].filter((key) => !taken.has(key));
  }

  /** The templates as folders, and the signals of one. */
  nodes(path: string): BrowseNode[] {
    if (path === '')
      return this.#templates.map(({ name, topic }) => ({ path: `{${name}}`, name: `${name} (${topic.text})`, folder: true }));
    return [...this.#seen.values()]
      .filter(({ template }) => `{${template.name}}` === path)
      .map((one): BrowseNode => {
        const { template, values, signal, unit, value } = one;
        const address = templateAddressText({ template: template.name, values, signal, ...(unit ? { unit } : {}) });
        const words = { ...Object.fromEntries(template.topic.variables.map((name, i) => [name, values[i] ?? ''])), signal };
        const type: TagValueType = isWave(value)
          ? 'wave'
          : typeof value === 'boolean'
            ? 'boolean'
            : typeof value === 'number'
              ? 'number'
              : 'text';
        return {
          path: address,
          name: [...values, signal].join('/'),
          folder: false,
          address,
          suggested: {
            type,
            name: filled(template.tag ?? [...template.topic.variables.map((name) => `{${name}}`), '{signal}'].join('.'), words),
            ...(unit ? { unit } : {}),
            access: template.write ? 'rw' : 'r',
          },
          ...(typeof value === 'object' ? {} : { value: String(value).slice(0, 80) }),
        };
      })
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }
}
const isWave = (value: unknown) => typeof value === 'object' && value !== null && 'rate' in value && 'values' in value;
