import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

export type Path = readonly (string | number)[];
export interface Address {
  readonly topic: string;
  /** Where the value stands in a JSON payload; empty = the payload itself. */
  readonly value: Path;
  readonly time?: Path;
  /** Where a write is published, and under which path of the JSON object. */
  readonly command?: { readonly topic: string; readonly value: Path };
}

/** Parts of `a.b[3].c`; undefined when it is none. */
export function parsePath(text: string): Path | undefined {
  if (text === '') return [];
  const path: (string | number)[] = [];
  const step = /(?:^|\.)([^.[\]@#>]+)|\[(\d+)\]/y;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (!match) return undefined;
    path.push(match[2] === undefined ? (match[1] ?? '') : Number(match[2]));
  }
  return path;
}

export function valueAt(data: unknown, path: Path): unknown {
  let at = data;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) ? typeof step !== 'number' : !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** The JSON object that has `value` at `path`. */
export function objectAt(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => {
    if (typeof step === 'string') return { [step]: inner };
    const list: unknown[] = new Array(step).fill(null);
    list.push(inner);
    return list;
  }, value);
}

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });
const isTopic = (topic: string) => topic.length > 0 && topic.length <= 1024 && !/[+#\0]/.test(topic);

/** `topic#value.path@time.path>command/topic#value.path`; all but the topic may be left out. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const [read = '', write, ...more] = text.trim().split('>');
  const [topic = '', fields = '', ...rest] = read.split('#');
  const [valueText = '', timeText, ...many] = fields.split('@');
  const value = parsePath(valueText);
  const time = timeText === undefined ? undefined : parsePath(timeText);
  const bad = more.length > 0 || rest.length > 0 || many.length > 0 || !value || (timeText !== undefined && !time?.length);
  if (bad || !isTopic(topic) || !value) {
    return wrong(
      'address.form',
      `“${text}” is not an MQTT address. Write topic#field, for example plant/a/pump#data.pressure@ts. Topics have no wildcards here.`,
      `“${text}”不是 MQTT 地址。应写成 主题#字段，例如 plant/a/pump#data.pressure@ts；主题不能含通配符。`,
    );
  }
  if (write === undefined) return { ok: true, address: { topic, value, ...(time ? { time } : {}) } };
  const [commandTopic = '', commandText = '', ...tail] = write.split('#');
  const commandValue = parsePath(commandText);
  if (tail.length > 0 || !isTopic(commandTopic) || !commandValue) {
    return wrong(
      'address.command',
      `The command part of “${text}” is not topic#field, for example >plant/a/pump/set#setpoint.`,
      `“${text}”中的写入部分应为 主题#字段，例如 >plant/a/pump/set#setpoint。`,
    );
  }
  const command = { topic: commandTopic, value: commandValue };
  return { ok: true, address: { topic, value, ...(time ? { time } : {}), command } };
}

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  return parsed.ok ? { ok: true } : parsed;
}
