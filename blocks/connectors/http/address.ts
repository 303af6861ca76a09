import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { isPlain, type Place, type PlainPath, parsePath, parsePlace } from '../payload/path.ts';

const METHODS = ['PUT', 'POST', 'PATCH'] as const;
export type Method = (typeof METHODS)[number];

export interface Address extends Place {
  /** Below the connection's base address, with its query: `/api/line1?unit=C`. */
  readonly path: string;
  /** Where a write goes, and under which path of the JSON object. */
  readonly command?: { readonly method: Method; readonly path: string; readonly value: PlainPath };
}

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });
/** A path alone: a whole address would lead out of the connection, with its credentials. */
const isPath = (path: string) => path.startsWith('/') && !path.startsWith('//') && path.length <= 1024 && !/[\s\\]/.test(path);

/** `/path#value.path@time.path>PUT /path#value.path`; all but the first path may be left out. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const [read = '', write, ...more] = text.trim().split('>');
  const [path = '', fields = '', ...rest] = read.split('#');
  const place = parsePlace(fields);
  if (more.length > 0 || rest.length > 0 || !place || !isPath(path)) {
    return wrong(
      'address.form',
      `“${text}” is not an HTTP address. Write /path#field@time, for example /api/press#data.force@ts. The path begins with one “/”, below the connection's base address.`,
      `“${text}”不是 HTTP 地址。应写成 /路径#字段@时间，例如 /api/press#data.force@ts。路径以一个“/”开头，位于连接的基地址之下。`,
    );
  }
  if (write === undefined) return { ok: true, address: { path, ...place } };
  const [target = '', field = '', ...tail] = write.split('#');
  const [method = '', commandPath = '', ...words] = target.trim().split(' ');
  const value = parsePath(field);
  const known = METHODS.find((one) => one === method);
  if (tail.length > 0 || words.length > 0 || !known || !isPath(commandPath) || !value || !isPlain(value)) {
    return wrong(
      'address.command',
      `The command part of “${text}” is not a method with a path, for example >PUT /api/press/setpoint#force. Methods: ${METHODS.join(', ')}.`,
      `“${text}”中的写入部分应为方法加路径，例如 >PUT /api/press/setpoint#force。可用方法：${METHODS.join('、')}。`,
    );
  }
  return { ok: true, address: { path, ...place, command: { method: known, path: commandPath, value } } };
}

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  return parsed.ok ? { ok: true } : parsed;
}
