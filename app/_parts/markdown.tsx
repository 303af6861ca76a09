import { Fragment, type ReactNode } from 'react';

/**
 * Documentation that comes with blocks and apps: headings, paragraphs, lists, tables, code, bold, links. Everything else is shown as text:
 * no HTML of a package ever reaches the page.
 */
export function Markdown({ text }: { text: string }) {
  return <>{blocksOf(text).map(render)}</>;
}

type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] };

export function blocksOf(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const take = (more: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && more(lines[at] ?? '')) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4})\s+(.*)$/.exec(line);
    if (line.trim() === '') at++;
    else if (line.startsWith('```')) {
      at++;
      blocks.push({ kind: 'code', text: take((next) => !next.startsWith('```')).join('\n') });
      at++;
    } else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' });
      at++;
    } else if (line.startsWith('|')) {
      const [head = '', , ...rows] = take((next) => next.startsWith('|'));
      blocks.push({ kind: 'table', head: cells(head), rows: rows.map(cells) });
    } else if (ITEM.test(line)) {
      const ordered = /^\s*\d/.test(line);
      const items: string[] = [];
      for (const item of take((next) => ITEM.test(next) || /^\s{2,}\S/.test(next)))
        if (ITEM.test(item)) items.push(item.replace(ITEM, ''));
        else items.push(`${items.pop() ?? ''} ${item.trim()}`);
      blocks.push({ kind: 'list', ordered, items });
    } else
      blocks.push({
        kind: 'paragraph',
        text: take((next) => next.trim() !== '' && !/^(#|```|\|)/.test(next) && !ITEM.test(next)).join(' '),
      });
  }
  return blocks;
}
const ITEM = /^\s*(?:[-*]|\d+\.)\s+/;
const cells = (row: string): string[] =>
  row
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim());

function render(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case 'heading': {
      // The page has the first heading already.
      const Tag = `h${Math.min(6, block.level + 1)}` as 'h2';
      return <Tag key={key}>{inline(block.text)}</Tag>;
    }
    case 'paragraph':
      return <p key={key}>{inline(block.text)}</p>;
    case 'code':
      return (
        <pre key={key} className="mw-mono" style={{ overflowX: 'auto' }}>
          {block.text}
        </pre>
      );
    case 'list': {
      const items = block.items.map((item) => <li key={item}>{inline(item)}</li>);
      return block.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    case 'table':
      return (
        <div key={key} style={{ overflowX: 'auto' }}>
          <table className="mw-markdown-table">
            <thead>
              <tr>
                {block.head.map((cell) => (
                  <th key={cell} scope="col">
                    {inline(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr key={row.join('|')}>
                  {row.map((cell, column) => (
                    <td key={`${block.head[column]}`}>{inline(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function inline(text: string): ReactNode {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))/).map((part, at) => {
    const key = `${at}${part}`;
    if (part.startsWith('`') && part.endsWith('`') && part.length > 1) return <code key={key}>{part.slice(1, -1)}</code>;
    if (part.startsWith('**') && part.endsWith('**')) return <strong key={key}>{part.slice(2, -2)}</strong>;
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (link && /^https?:\/\//.test(link[2] ?? ''))
      return (
        <a key={key} href={link[2]} rel="noreferrer" target="_blank">
          {link[1]}
        </a>
      );
    return <Fragment key={key}>{link ? link[1] : part}</Fragment>;
  });
}
