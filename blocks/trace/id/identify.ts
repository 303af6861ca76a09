import { checkElements, type Elements, FNC1, splitElements } from './application-identifiers.ts';
import { checkDigit } from './check-digit.ts';

export const KINDS = ['gtin', 'sgtin', 'sscc', 'gln', 'gs1', 'vaa', 'handle', 'oid', 'ecode'] as const;
export type Kind = (typeof KINDS)[number];

export interface Identifier {
  readonly valid: boolean;
  readonly kind?: string;
  /** One text per thing, whatever it was written as: Digital Link, `hdl:`, `urn:oid:`. */
  readonly id?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Why not: `length`, `check-digit`, … and where. */
  readonly reason?: string;
  readonly at?: string;
}
const refuse = (kind: string | undefined, reason: string, at: string): Identifier => ({
  valid: false,
  ...(kind ? { kind } : {}),
  reason,
  at,
});

/** `kind` absent: by the look of the text. Plain digits of 13 are a GTIN unless a GLN is asked for. */
export function identify(given: string, kind: Kind | undefined, companions: boolean): Identifier {
  const text = given.trim();
  if (text === '') return refuse(kind, 'empty', '');
  const look = kind ?? lookOf(text);
  switch (look) {
    case undefined:
      return refuse(undefined, 'unknown', text);
    case 'vaa':
    case 'handle':
      return handle(text, look);
    case 'oid':
      return oid(text);
    case 'ecode':
      return ecode(text);
    default:
      return gs1(text, kind, companions);
  }
}

function lookOf(text: string): Kind | undefined {
  if (text.startsWith(FNC1) || /^(?:\](?:C1|e0|d2|Q3|J1)|\(\d{2,4}\))/.test(text) || /^urn:epc:id/i.test(text)) return 'gs1';
  if (/^urn:oid:/i.test(text) || /^[012](?:\.\d+){2,}$/.test(text)) return 'oid';
  if (/^https?:\/\//i.test(text)) return digitalLink(text) ? 'gs1' : undefined;
  if (/^(?:hdl:|doi:)?88\.\d+(?:\.\d+)*\//i.test(text)) return 'vaa';
  if (/^(?:hdl:|doi:)?\d+(?:\.\d+)*\/./i.test(text)) return 'handle';
  if (/^\d+$/.test(text)) return 'gs1';
  return undefined;
}

const KEY_LENGTHS: Readonly<Record<string, readonly number[]>> = { gtin: [8, 12, 13, 14], sscc: [18], gln: [13] };

function gs1(text: string, kind: Kind | undefined, companions: boolean): Identifier {
  if (/^\d+$/.test(text) && (kind !== 'gs1' || [8, 12, 13, 14, 18].includes(text.length))) {
    const key = kind === 'gln' || kind === 'sscc' ? kind : text.length === 18 && kind !== 'gtin' ? 'sscc' : 'gtin';
    if (!KEY_LENGTHS[key]?.includes(text.length)) return refuse(key, 'length', text);
    if (kind === 'sgtin') return refuse('sgtin', 'missing-companion', '21');
    if (checkDigit(text.slice(0, -1)) !== text.slice(-1)) return refuse(key, 'check-digit', text);
    const ai = key === 'gtin' ? '01' : key === 'sscc' ? '00' : '414';
    return fromElements([[ai, key === 'gtin' ? text.padStart(14, '0') : text]], kind);
  }
  const urn = /^urn:epc:id:(sgtin|sscc|sgln):(.+)$/i.exec(text);
  const elements = urn ? epc((urn[1] ?? '').toLowerCase(), urn[2] ?? '') : (digitalLink(text) ?? splitElements(text));
  if ('reason' in elements) return refuse(kind ?? 'gs1', elements.reason, elements.at);
  const fault = checkElements(elements, companions);
  return fault ? refuse(kind ?? 'gs1', fault.reason, fault.at) : fromElements(elements, kind);
}

const PRIMARY = [
  '00',
  '01',
  '414',
  '8006',
  '8010',
  '8004',
  '8003',
  '253',
  '255',
  '401',
  '402',
  '8017',
  '8018',
  '8013',
  '417',
  '415',
  '02',
];
const QUALIFIERS: Readonly<Record<string, readonly string[]>> = {
  '01': ['22', '10', '21'],
  '414': ['254'],
  '8006': ['22', '10', '21'],
};

function fromElements(elements: Elements, wanted: Kind | undefined): Identifier {
  const fields = Object.fromEntries(elements);
  const primary = PRIMARY.find((ai) => fields[ai] !== undefined);
  const kind =
    primary === '01'
      ? fields['21'] === undefined
        ? 'gtin'
        : 'sgtin'
      : primary === '00'
        ? 'sscc'
        : primary === '414'
          ? 'gln'
          : 'gs1';
  if (wanted && wanted !== 'gs1' && wanted !== kind && !(wanted === 'gtin' && kind === 'sgtin'))
    return refuse(wanted, 'missing-companion', { sgtin: '21', sscc: '00', gln: '414' }[wanted as string] ?? '01');
  if (primary === undefined) return { valid: true, kind, fields };
  const path = [primary, ...(QUALIFIERS[primary] ?? []).filter((ai) => fields[ai] !== undefined)].flatMap((ai) => [
    ai,
    encode(fields[ai] ?? ''),
  ]);
  return { valid: true, kind, id: `https://id.gs1.org/${path.join('/')}`, fields };
}

/** Digital Link without compression: the last pairs of the path that begin with a primary key, and the query. */
function digitalLink(text: string): Elements | undefined {
  const m = /^https?:\/\/[^/?#]+(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/i.exec(text);
  if (!m) return undefined;
  const parts = (m[1] ?? '').split('/').map(decode);
  const begin = parts.findIndex((p, i) => PRIMARY.includes(p) && (parts.length - i) % 2 === 0);
  if (begin < 0) return undefined;
  const pairs: [string, string][] = [];
  for (let i = begin; i < parts.length; i += 2) pairs.push([parts[i] ?? '', parts[i + 1] ?? '']);
  for (const part of (m[2] ?? '').split(/[&;]/)) {
    const [ai = '', value = ''] = part.split('=');
    if (/^\d{2,4}$/.test(ai)) pairs.push([ai, decode(value)]);
  }
  return pairs.map(([ai, v]): [string, string] => [ai, ai === '01' || ai === '02' ? v.padStart(14, '0') : v]);
}

/** EPC URIs of the Tag Data Standard, section 7: company prefix, reference, serial. */
function epc(scheme: string, body: string): Elements | { readonly reason: string; readonly at: string } {
  const parts = body.split('.');
  const [prefix = '', reference = ''] = parts;
  const serial = decode(parts.slice(2).join('.'));
  const digits = prefix.length + reference.length;
  const want = { sgtin: 13, sscc: 17, sgln: 12 }[scheme];
  if (!/^\d{6,12}$/.test(prefix) || !/^\d*$/.test(reference)) return { reason: 'characters', at: body };
  if (digits !== want || (scheme === 'sscc') !== (parts.length === 2)) return { reason: 'length', at: body };
  if (scheme === 'sgln') {
    const gln = `${prefix}${reference}`;
    return [['414', gln + checkDigit(gln)], ...(serial === '0' ? [] : [['254', serial] as [string, string]])];
  }
  const key = `${reference.slice(0, 1)}${prefix}${reference.slice(1)}`;
  const whole = key + checkDigit(key);
  return scheme === 'sscc'
    ? [['00', whole]]
    : [
        ['01', whole],
        ['21', serial],
      ];
}

/** Handle: prefix of numbers with dots, `/`, suffix. VAA is the prefix 88.<region>.<enterprise>. Prefixes do not tell case apart, suffixes do. */
function handle(text: string, kind: 'vaa' | 'handle'): Identifier {
  const m = /^(?:hdl:|doi:)?([^/]*)\/(.*)$/is.exec(text);
  if (!m) return refuse(kind, 'format', text);
  const [prefix = '', suffix = ''] = [m[1], m[2]];
  if (!/^\d+(?:\.\d+)*$/.test(prefix)) return refuse(kind, 'characters', prefix);
  if (suffix === '') return refuse(kind, 'length', text);
  const parts = prefix.split('.');
  if (kind === 'vaa') {
    if (parts[0] !== '88' || parts.length < 3) return refuse(kind, 'format', prefix);
    return {
      valid: true,
      kind,
      id: `hdl:${prefix}/${suffix}`,
      fields: { prefix, region: parts[1] ?? '', enterprise: parts.slice(2).join('.'), suffix },
    };
  }
  return { valid: true, kind, id: `hdl:${prefix}/${suffix}`, fields: { prefix, suffix } };
}

/** Rec. ITU-T X.660: three roots; below 0 and 1 there are 40 arcs; no leading zeros. */
function oid(text: string): Identifier {
  const arcs = text.replace(/^urn:oid:/i, '').split('.');
  const wrong = arcs.find((a) => !/^(?:0|[1-9]\d*)$/.test(a));
  if (wrong !== undefined) return refuse('oid', 'number', wrong);
  if (arcs.length < 2) return refuse('oid', 'length', text);
  if (Number(arcs[0]) > 2) return refuse('oid', 'number', arcs[0] ?? '');
  if (Number(arcs[0]) < 2 && Number(arcs[1]) > 39) return refuse('oid', 'number', arcs[1] ?? '');
  return { valid: true, kind: 'oid', id: `urn:oid:${arcs.join('.')}`, fields: { root: arcs[0] ?? '', arcs: arcs.join('.') } };
}

/** GB/T 31866: version, numbering system (NSI), main code. Characters of the main code and its length go by the version. */
const ECODE: Readonly<Record<string, { readonly nsi: number; readonly most: number; readonly set: RegExp }>> = {
  '1': { nsi: 4, most: 20, set: /^\d+$/ },
  '2': { nsi: 4, most: 28, set: /^\d+$/ },
  '3': { nsi: 5, most: 39, set: /^[\x21-\x7e]+$/ },
  '4': { nsi: 5, most: 1000, set: /^\P{Cc}+$/u },
};
function ecode(text: string): Identifier {
  const plain = text.replace(/^ecode:/i, '');
  const version = plain.slice(0, 1);
  const rule = ECODE[version];
  if (!rule) return refuse('ecode', 'number', version);
  const nsi = plain.slice(1, 1 + rule.nsi);
  const md = plain.slice(1 + rule.nsi);
  if (!/^\d+$/.test(nsi) || nsi.length < rule.nsi) return refuse('ecode', 'format', nsi);
  if (md === '' || md.length > rule.most) return refuse('ecode', 'length', md);
  if (!rule.set.test(md)) return refuse('ecode', 'characters', md);
  return { valid: true, kind: 'ecode', id: `ecode:${plain}`, fields: { version, nsi, md } };
}

const decode = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
const encode = (text: string): string =>
  text.replace(/[^A-Za-z0-9\-._~!$'()*+,;=:@]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
