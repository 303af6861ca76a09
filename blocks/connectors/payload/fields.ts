import type { BrowseNode, TagValueType } from '#blocks/sdk/connector.ts';
import { parsePath, pathText, valueAt } from './path.ts';
import { unpackWave } from './payload.ts';

/** Names that carry the event time in the payloads of common devices. */
const TIME_NAMES = ['ts', 'time', 'timestamp', 't'];
/** Parts of a list that name themselves are addressed by that name: their place may change. */
const NAMES = ['id', 'name', 'tag', 'key'];
const MOST_PARTS = 1000;

/**
 * The fields below `document#field` of one JSON payload: what a person can make tags of. A document that is no JSON is one value.
 */
export function fieldNodes(path: string, payload: Buffer): BrowseNode[] {
  const [document = '', field = ''] = path.split('#');
  const name = document.split('/').at(-1) ?? document;
  const whole = (more: Partial<BrowseNode>): BrowseNode[] => [{ path, name, folder: false, address: document, ...more }];
  if (unpackWave(payload)) return whole({ suggested: { type: 'wave' } });
  let data: unknown;
  try {
    data = JSON.parse(payload.toString('utf8'));
  } catch {
    return whole({ suggested: { type: 'text' }, value: payload.toString('utf8').slice(0, 80) });
  }
  if (typeof data !== 'object' || data === null) return whole(described(data));
  const time = Object.keys(data).find((key) => TIME_NAMES.includes(key));
  const at = parsePath(field);
  const inside = at && valueAt(data, at);
  if (!at || typeof inside !== 'object' || inside === null) return [];
  return steps(inside).flatMap(([step, value]): BrowseNode[] => {
    if (field === '' && step === time) return [];
    const full = `${document}#${pathText([...at, step])}`;
    const own = typeof step === 'object' ? step.is : String(step);
    if (isWave(value)) return [{ path: full, name: own, folder: false, address: full, suggested: { type: 'wave' } }];
    if (typeof value === 'object' && value !== null) return [{ path: full, name: own, folder: true }];
    return [{ path: full, name: own, folder: false, address: `${full}${time ? `@${time}` : ''}`, ...described(value) }];
  });
}

function steps(inside: object): [string | number | { key: string; is: string }, unknown][] {
  if (!Array.isArray(inside)) return Object.entries(inside);
  const parts = inside.slice(0, MOST_PARTS) as unknown[];
  const key = NAMES.find((one) => {
    const named = parts.map((part) =>
      typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[one] : undefined,
    );
    return named.every((is) => typeof is === 'string' && !/[\]@#>]/.test(is)) && new Set(named).size === parts.length;
  });
  return parts.map((part, i) => [key ? { key, is: String((part as Record<string, unknown>)[key]) } : i, part]);
}

const isWave = (value: unknown) => typeof value === 'object' && value !== null && 'rate' in value && 'values' in value;
function described(value: unknown): Pick<BrowseNode, 'suggested' | 'value'> {
  const type: TagValueType = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text';
  return { suggested: { type }, value: String(value).slice(0, 80) };
}
