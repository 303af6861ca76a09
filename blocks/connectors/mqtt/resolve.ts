/** What an address means: the topic, how a message is read, how a value is written. Templates and plain addresses alike. */
import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { GOOD, quality, worst } from '#runtime/batch/quality.ts';
import { objectAt } from '../payload/path.ts';
import { PayloadError, type Taken, typed } from '../payload/payload.ts';
import { isTemplated, parseAddress, parseTemplateAddress } from './address.ts';
import type { Command } from './commands.ts';
import type { Received } from './received.ts';
import type { Template } from './template.ts';
import { filled } from './topic-pattern.ts';

export interface Resolved {
  readonly topic: string;
  /** Values of the message for this address, oldest first; throws `PayloadError`. Of a template there may be none, or several. */
  take(received: Received, type: TagValueType): readonly Taken[];
  readonly command?: (value: number | boolean | string) => Command;
  /** Of which template, and which signal. */
  readonly of?: { readonly template: Template; readonly values: readonly string[]; readonly signal: string };
}
type Result = { readonly ok: true; readonly resolved: Resolved } | Extract<AddressCheck, { ok: false }>;

export function resolveAddress(text: string, templates: ReadonlyMap<string, Template>): Result {
  return isTemplated(text) ? resolveTemplate(text, templates) : resolvePlain(text);
}

function resolvePlain(text: string): Result {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  const { address } = parsed;
  const { topic, command } = address;
  return {
    ok: true,
    resolved: {
      topic,
      take: (received, type) => {
        const taken = received.payload.take(address, type, received.arrived);
        // a retained message is of any age; only its own time says of which
        return [received.retain && !address.time && type !== 'wave' ? { ...taken, quality: worst(taken.quality, OLD) } : taken];
      },
      ...(command
        ? { command: (value) => ({ topic: command.topic, body: JSON.stringify(objectAt(command.value, value)), id: '' }) }
        : {}),
    },
  };
}
const OLD = quality('uncertain', 'stale');

function resolveTemplate(text: string, templates: ReadonlyMap<string, Template>): Result {
  const parsed = parseTemplateAddress(text);
  if (!parsed.ok) return parsed;
  const { values, signal, unit } = parsed.address;
  const template = templates.get(parsed.address.template);
  if (!template) {
    const known = [...templates.keys()].join(', ') || '–';
    return {
      ok: false,
      code: 'mqtt.template',
      message: {
        en: `There is no template “${parsed.address.template}” in this connection. Known: ${known}.`,
        zh: `此连接中没有模板“${parsed.address.template}”。已有：${known}。`,
      },
    };
  }
  const { variables } = template.topic;
  if (values.length !== variables.length)
    return {
      ok: false,
      code: 'mqtt.variables',
      message: {
        en: `“${text}” gives ${values.length} of the variables ${variables.join(', ')} of “${template.topic.text}”.`,
        zh: `“${text}”给出 ${values.length} 个变量值，而“${template.topic.text}”需要 ${variables.join('、')}。`,
      },
    };
  const known = Object.fromEntries(variables.map((name, i) => [name, values[i] ?? '']));
  const { write, ack } = template;
  return {
    ok: true,
    resolved: {
      topic: filled(template.topic.text, known),
      take: (received, type) =>
        received
          .readings(template)
          .readings.filter((one) => one.signal === signal)
          .map((one): Taken => {
            const { time, value } = one;
            if (time === undefined)
              throw new PayloadError('payload.time', {
                en: `“${signal}” comes without a time that can be read. Check “time” of template ${template.name}.`,
                zh: `“${signal}”没有可识别的时间。请检查模板 ${template.name} 的“time”。`,
              });
            if (unit !== undefined && one.unit !== undefined && one.unit !== unit)
              throw new PayloadError('payload.unit', {
                en: `“${signal}” comes in “${one.unit}”, the tag takes “${unit}”.`,
                zh: `“${signal}”的单位为“${one.unit}”，而测点需要“${unit}”。`,
              });
            if (value === null || value === undefined) return { quality: quality('bad', 'missing'), time };
            const taken = typed(value, type, { value: [signal] });
            return { value: taken, quality: one.good ? GOOD : quality('bad', 'sensor-fault'), time };
          }),
      of: { template, values, signal },
      ...(write
        ? {
            command: (value) => {
              const id = crypto.randomUUID();
              const words = { ...known, signal, id, time: new Date().toISOString() };
              return {
                topic: filled(write.topic.text, known),
                body: JSON.stringify(written(write.payload, words, value)),
                id,
                ...(ack
                  ? {
                      ack: {
                        ...ack,
                        topic: ack.topic === 'response' ? ('response' as const) : filled(ack.topic.text, known),
                      },
                    }
                  : {}),
              };
            },
          }
        : {}),
    },
  };
}

/** The payload of a command: `"{value}"` alone is the value in its own type; inside a text, and in keys, words are filled in. */
function written(form: unknown, words: Readonly<Record<string, string>>, value: number | boolean | string): unknown {
  if (form === '{value}') return value;
  if (typeof form === 'string') return filled(form, { ...words, value: String(value) });
  if (Array.isArray(form)) return form.map((part) => written(part, words, value));
  if (typeof form !== 'object' || form === null) return form;
  return Object.fromEntries(Object.entries(form).map(([key, part]) => [filled(key, words), written(part, words, value)]));
}
