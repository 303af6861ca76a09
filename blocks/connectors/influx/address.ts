import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { type Line, LineError, parseKey } from './line.ts';

/** Lines of this measurement that have at least these tags; the field carries the value. */
export interface Address extends Pick<Line, 'measurement' | 'tags'> {
  readonly field: string;
}

export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const at = text.lastIndexOf('#');
  const field = text.slice(at + 1).trim();
  try {
    if (at > 0 && field !== '') return { ok: true, address: { ...parseKey(text.slice(0, at).trim()), field } };
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
  }
  return {
    ok: false,
    code: 'address.form',
    message: {
      en: `“${text}” is not a series. Write measurement,tag=value#field, for example press,line=2#force. A space or comma in a name needs a backslash before it.`,
      zh: `“${text}”不是序列地址。应写成 measurement,标签=值#字段，例如 press,line=2#force。名称中的空格或逗号前需加反斜杠。`,
    },
  };
}

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  return parsed.ok ? { ok: true } : parsed;
}
