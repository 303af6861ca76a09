import type { BrowseNode, TagValueType } from '#blocks/sdk/connector.ts';
import { unpackWave } from './payload.ts';

/** Names that carry the event time in the payloads of common devices. */
const TIME_NAMES = ['ts', 'time', 'timestamp', 't'];

/**
 * The fields below `document#field` of one JSON payload: what a person can make tags of. A document that is no JSON is one value.
 */
export function fieldNodes(path: string, payload: Buffer): BrowseNode[] {
  const [document = '', field = ''] = path.split('#');
  if (unpackWave(payload)) {
    return [
      { path, name: document.split('/').at(-1) ?? document, folder: false, address: document, suggested: { type: 'wave' } },
    ];
  }
  let data: unknown;
  try {
    data = JSON.parse(payload.toString('utf8'));
  } catch {
    const value = payload.toString('utf8').slice(0, 80);
    return [
      {
        path,
        name: document.split('/').at(-1) ?? document,
        folder: false,
        address: document,
        suggested: { type: 'text' },
        value,
      },
    ];
  }
  if (typeof data !== 'object' || data === null) {
    return [{ path, name: document.split('/').at(-1) ?? document, folder: false, address: document, ...described(data) }];
  }
  const time = Object.keys(data).find((name) => TIME_NAMES.includes(name));
  const inside =
    field === '' ? data : field.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], data);
  if (typeof inside !== 'object' || inside === null) return [];
  return Object.entries(inside).flatMap(([name, value]): BrowseNode[] => {
    const full = field === '' ? name : `${field}.${name}`;
    if (field === '' && name === time) return [];
    if (isWave(value))
      return [{ path: `${document}#${full}`, name, folder: false, address: `${document}#${full}`, suggested: { type: 'wave' } }];
    if (typeof value === 'object' && value !== null) return [{ path: `${document}#${full}`, name, folder: true }];
    const address = `${document}#${full}${time ? `@${time}` : ''}`;
    return [{ path: `${document}#${full}`, name, folder: false, address, ...described(value) }];
  });
}

const isWave = (value: unknown) => typeof value === 'object' && value !== null && 'rate' in value && 'values' in value;
function described(value: unknown): Pick<BrowseNode, 'suggested' | 'value'> {
  const type: TagValueType = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text';
  return { suggested: { type }, value: String(value).slice(0, 80) };
}
