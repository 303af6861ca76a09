import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { type Path, type Place, parsePath, parsePlace } from '../payload/path.ts';

export interface Address extends Place {
  readonly topic: string;
  /** Where a write is published, and under which path of the JSON object. */
  readonly command?: { readonly topic: string; readonly value: Path };
}

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });
const isTopic = (topic: string) => topic.length > 0 && topic.length <= 1024 && !/[+#\0]/.test(topic);

/** `topic#value.path@time.path>command/topic#value.path`; all but the topic may be left out. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
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
  if (tail.length > 0 || !isTopic(commandTopic) || !commandValue) {
    return wrong(
      'address.command',
      `The command part of “${text}” is not topic#field, for example >plant/a/pump/set#setpoint.`,
      `“${text}”中的写入部分应为 主题#字段，例如 >plant/a/pump/set#setpoint。`,
    );
  }
  const command = { topic: commandTopic, value: commandValue };
  return { ok: true, address: { topic, ...place, command } };
}

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  return parsed.ok ? { ok: true } : parsed;
}
