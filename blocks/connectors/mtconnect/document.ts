import { XMLParser } from 'fast-xml-parser';

/** One observation of a data item, as an agent streams it (MTConnect Part 3). */
export interface Observation {
  readonly id: string;
  readonly sequence: number;
  /** Epoch ms. */
  readonly time: number;
  /** Absent when the item is unavailable. */
  readonly text?: string;
  /** Of a TimeSeries: samples per second. */
  readonly rate?: number;
}
export interface Streams {
  readonly instance: string;
  /** The agent's clock when it answered, epoch ms. */
  readonly created: number;
  readonly next: number;
  readonly observations: readonly Observation[];
}
export interface DataItem {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly type: string;
  readonly subType?: string;
  readonly units?: string;
  /** Device, then components down to the item's own. */
  readonly place: readonly string[];
}
/** What an agent says instead of an answer: `OUT_OF_RANGE`, `UNSUPPORTED`, … */
export class AgentError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

// entities of the document's own are never expanded: an agent needs none, and a bomb would be made of them
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  trimValues: true,
});

function elements(nodes: readonly Record<string, unknown>[]): Element[] {
  return nodes.flatMap((node): Element[] => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined || name.startsWith('?')) return [];
    const inside = node[name] as readonly Record<string, unknown>[];
    const text = inside.map((child) => child['#text']).filter((part) => part !== undefined);
    return [
      {
        name,
        attributes: (node[':@'] ?? {}) as Record<string, string>,
        children: elements(inside),
        text: text.map(String).join(''),
      },
    ];
  });
}

function root(xml: string, name: string): Element {
  if (/<!DOCTYPE/i.test(xml.slice(0, 1000))) throw new AgentError('DOCTYPE', 'The document declares a type; agents send none.');
  let found: Element | undefined;
  try {
    [found] = elements(parser.parse(xml) as Record<string, unknown>[]);
  } catch (error) {
    throw new AgentError('XML', error instanceof Error ? error.message : String(error));
  }
  if (found?.name === 'MTConnectError') {
    const error = deep(found, 'Error')[0];
    throw new AgentError(error?.attributes.errorCode ?? 'ERROR', error?.text ?? 'The agent refuses.');
  }
  if (found?.name !== name) throw new AgentError('XML', `A document ${name} was expected, ${found?.name ?? 'none'} came.`);
  return found;
}
const deep = (element: Element, name: string): Element[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...deep(child, name)]);

export function readStreams(xml: string): Streams {
  const document = root(xml, 'MTConnectStreams');
  const header = document.children.find((child) => child.name === 'Header')?.attributes ?? {};
  const observations = deep(document, 'ComponentStream').flatMap((stream) =>
    stream.children.flatMap((category) => category.children.map((element) => observed(element, category.name))),
  );
  const next = Number(header.nextSequence);
  if (!Number.isFinite(next) || header.instanceId === undefined)
    throw new AgentError('XML', 'The header has no sequence numbers.');
  return {
    instance: header.instanceId,
    created: Date.parse(header.creationTime ?? ''),
    next,
    observations: observations.filter((one) => one !== undefined).sort((a, b) => a.sequence - b.sequence),
  };
}

function observed({ name, attributes, text }: Element, category: string): Observation | undefined {
  const { dataItemId: id, timestamp, sequence, sampleRate } = attributes;
  if (id === undefined || timestamp === undefined) return undefined;
  const base = { id, sequence: Number(sequence), time: Date.parse(timestamp) };
  if (category === 'Condition')
    // the level is the element's name; code and text of a fault follow it
    return name === 'Unavailable'
      ? base
      : { ...base, text: [name.toUpperCase(), attributes.nativeCode, text].filter((part) => part).join(' ') };
  if (text === 'UNAVAILABLE') return base;
  return { ...base, text, ...(sampleRate === undefined ? {} : { rate: Number(sampleRate) }) };
}

export function readDevices(xml: string): readonly DataItem[] {
  const document = root(xml, 'MTConnectDevices');
  const found: DataItem[] = [];
  const walk = (element: Element, place: readonly string[]) => {
    for (const child of element.children) {
      if (child.name === 'DataItem') {
        const { id, name, category, type, subType, units } = child.attributes;
        if (id === undefined) continue;
        found.push({
          id,
          name: name ?? id,
          category: category ?? 'EVENT',
          type: type ?? '',
          ...(subType ? { subType } : {}),
          ...(units ? { units } : {}),
          place,
        });
      } else {
        const own = child.attributes.id === undefined ? undefined : (child.attributes.name ?? child.name);
        walk(child, own === undefined ? place : [...place, own]);
      }
    }
  };
  walk(document, []);
  return found;
}

/** UCUM codes of MTConnect's units (Part 2, “Units”); what is not here is shown without a unit. */
export const UNITS: Readonly<Record<string, string>> = {
  AMPERE: 'A',
  CELSIUS: 'Cel',
  COUNT: '1',
  DECIBEL: 'dB',
  DEGREE: 'deg',
  'DEGREE/SECOND': 'deg/s',
  'DEGREE/SECOND^2': 'deg/s2',
  HERTZ: 'Hz',
  JOULE: 'J',
  KILOGRAM: 'kg',
  LITER: 'L',
  'LITER/SECOND': 'L/s',
  MILLIMETER: 'mm',
  'MILLIMETER/SECOND': 'mm/s',
  'MILLIMETER/SECOND^2': 'mm/s2',
  'MILLIMETER/REVOLUTION': 'mm',
  NEWTON: 'N',
  NEWTON_METER: 'N.m',
  OHM: 'Ohm',
  PASCAL: 'Pa',
  PERCENT: '%',
  PH: '[pH]',
  'REVOLUTION/MINUTE': '/min',
  'REVOLUTION/SECOND': '/s',
  SECOND: 's',
  VOLT: 'V',
  VOLT_AMPERE: 'V.A',
  VOLT_AMPERE_REACTIVE: 'V.A',
  WATT: 'W',
  WATT_SECOND: 'W.s',
};
