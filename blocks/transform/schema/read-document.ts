import { readXml } from './read-xml.ts';
import { type Node, node } from './tree.ts';

export type Format = 'xml' | 'edifact' | 'csv' | 'json';

/** @throws RangeError that says where the document breaks its format */
export function readDocument(text: string, format: Format, separator: string): Node {
  if (format === 'xml') return readXml(text);
  if (format === 'edifact') return readEdifact(text);
  return format === 'csv' ? readCsv(text, separator) : readJson(text);
}

/**
 * ISO 9735: segments as nodes by their tag, elements `e1`, `e2`, …, their components `c1`, `c2`, … A segment that follows LIN is below it,
 * up to the next LIN or the summary: so an order line is one node.
 */
export function readEdifact(text: string): Node {
  const una = /^\s*UNA(.)(.)(.)(.)(.)(.)/s.exec(text);
  const [, component = ':', element = '+', , release = '?', , end = "'"] = una ?? [];
  const body = una ? text.slice(una[0].length) : text;
  const root = node('');
  const message = node('message');
  root.children.push(message);
  let group: Node | undefined;
  let parts: string[][] = [['']];
  const last = () => parts[parts.length - 1] as string[];
  for (let i = 0; i < body.length; i++) {
    const c = body[i] as string;
    if (c === release) last()[last().length - 1] += body[++i] ?? '';
    else if (c === component) last().push('');
    else if (c === element) parts.push(['']);
    else if (c === end) {
      const tag = (parts[0]?.[0] ?? '').trim();
      if (!/^[A-Z]{3}$/.test(tag)) throw new RangeError(`EDIFACT: '${tag}' is not a segment`);
      const segment = node(tag);
      for (const [e, components] of parts.slice(1).entries()) {
        const made = node(`e${e + 1}`, components[0] ?? '');
        for (const [k, value] of components.entries()) made.children.push(node(`c${k + 1}`, value));
        segment.children.push(made);
      }
      if (tag === 'LIN' || tag === 'UNS' || tag === 'UNT' || tag === 'CNT') group = undefined;
      (group ?? message).children.push(segment);
      if (tag === 'LIN') group = segment;
      parts = [['']];
    } else last()[last().length - 1] += c;
  }
  if ((parts[0]?.[0] ?? '').trim() !== '' || parts.length > 1) throw new RangeError('EDIFACT: the last segment is not closed');
  const unt = message.children.find((s) => s.name === 'UNT');
  const said = Number(unt?.children[0]?.text);
  const count = (n: Node): number =>
    n.children.filter((c) => /^[A-Z]{3}$/.test(c.name)).reduce((sum, c) => sum + 1 + count(c), 0);
  const envelope = message.children.filter((s) => ['UNB', 'UNZ', 'UNG', 'UNE'].includes(s.name)).length;
  if (unt && said !== count(message) - envelope)
    throw new RangeError(`EDIFACT: UNT says ${said} segments, there are ${count(message) - envelope}`);
  return root;
}

/** RFC 4180: a row per line, named by the head line. */
export function readCsv(text: string, separator: string): Node {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const source = text.replace(/^\ufeff/, '');
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (source[i + 1] === '"') cell += source[++i];
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === separator || c === '\n') {
      row.push(cell.replace(/\r$/, ''));
      cell = '';
      if (c === '\n') {
        rows.push(row);
        row = [];
      }
    } else cell += c;
  }
  if (quoted) throw new RangeError('CSV: a quoted cell is not closed');
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  const [head = [], ...lines] = rows.filter((r) => r.length > 1 || r[0] !== '');
  const root = node('');
  for (const [i, line] of lines.entries()) {
    if (line.length !== head.length) throw new RangeError(`CSV, row ${i + 2}: ${line.length} cells, the head has ${head.length}`);
    const made = node('row');
    for (const [k, value] of line.entries()) made.children.push(node(head[k]?.trim() ?? '', value));
    root.children.push(made);
  }
  return root;
}

function readJson(text: string): Node {
  const fill = (to: Node, value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const item of value) fill(to, item, name);
    else {
      const made = node(name, value === null || typeof value === 'object' ? '' : String(value));
      to.children.push(made);
      if (value !== null && typeof value === 'object') for (const [k, v] of Object.entries(value)) fill(made, v, k);
    }
  };
  const root = node('');
  try {
    fill(root, JSON.parse(text), 'data');
  } catch (error) {
    throw new RangeError(`JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return root;
}
