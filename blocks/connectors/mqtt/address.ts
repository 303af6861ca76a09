import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { isPlain, type Place, type PlainPath, parsePath, parsePlace } from '../payload/path.ts';

export interface Address extends Place {
  readonly topic: string;
  /** Where a write is published, and under which path of the JSON object. */
  readonly command?: { readonly topic: string; readonly value: PlainPath };
}
/** A signal of one of the devices that a template speaks of: `{press}L1/M3#temperature (°C)`. */
export interface TemplateAddress {
  readonly template: string;
  /** Of the topic's variables, in their order. */
  readonly values: readonly string[];
  readonly signal: string;
  /** A reading in another unit is not taken. */
  readonly unit?: string;
}
type Refused = Extract<AddressCheck, { ok: false }>;

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });
const isTopic = (topic: string) => topic.length > 0 && topic.length <= 1024 && !/[+#\0]/.test(topic);

/** `topic#value.path@time.path>command/topic#value.path`; all but the topic may be left out. */
export function parseAddress(text: string): { readonly ok: true; readonly address: Address } | Refused {
  const [read = '', write, ...more] = text.trim().split('>');
  const [topic = '', fields = '', ...rest] = read.split('#');
  const place = parsePlace(fields);
  if (more.length > 0 || rest.length > 0 || !place || !isTopic(topic)) {
    return wrong(
      'address.form',
      `“${text}” is not an MQTT address. Write topic#field, for example plant/a/pump#data.pressure@ts. Topics have no wildcards here.`,
      `“${text}”不是 MQTT 地址。应写成 主题#字段，例如 plant/a/pump#data.pressure@ts；主题不能含通配符。`,
    );
  }
  if (write === undefined) return { ok: true, address: { topic, ...place } };
  const [commandTopic = '', commandText = '', ...tail] = write.split('#');
  const commandValue = parsePath(commandText);
  if (tail.length > 0 || !isTopic(commandTopic) || !commandValue || !isPlain(commandValue)) {
    return wrong(
      'address.command',
      `The command part of “${text}” is not topic#field, for example >plant/a/pump/set#setpoint.`,
      `“${text}”中的写入部分应为 主题#字段，例如 >plant/a/pump/set#setpoint。`,
    );
  }
  const command = { topic: commandTopic, value: commandValue };
  return { ok: true, address: { topic, ...place, command } };
}

/** Does it speak of a template? Topics do not begin with a brace. */
export const isTemplated = (text: string): boolean => text.trim().startsWith('{');

export function parseTemplateAddress(text: string): { readonly ok: true; readonly address: TemplateAddress } | Refused {
  const [, template, places, signal, unit] = /^\{([A-Za-z0-9_-]+)\}([^#+]*)#(.+?)(?:\s+\(([^()]+)\))?$/.exec(text.trim()) ?? [];
  const values = places === undefined || places === '' ? [] : places.split('/');
  if (!template || !signal || values.some((value) => value === ''))
    return wrong(
      'address.form',
      `“${text}” is not a signal of a template. Write {template}values of its variables#signal, for example {press}L1/M3#temperature (°C).`,
      `“${text}”不是模板中的信号。应写成 {模板}变量值#信号，例如 {press}L1/M3#temperature (°C)。`,
    );
  return { ok: true, address: { template, values, signal: signal.trim(), ...(unit ? { unit: unit.trim() } : {}) } };
}

export const templateAddressText = ({ template, values, signal, unit }: TemplateAddress): string =>
  `{${template}}${values.join('/')}#${signal}${unit ? ` (${unit})` : ''}`;

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  const parsed = isTemplated(text) ? parseTemplateAddress(text) : parseAddress(text);
  return parsed.ok ? { ok: true } : parsed;
}
