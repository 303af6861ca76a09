import { type Node, node } from './tree.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Elements, attributes and text of XML 1.0; prefixes are cut off. No DOCTYPE: it can make a small text large. @throws RangeError with the line */
export function readXml(text: string): Node {
  const root = node('');
  const open: Node[] = [root];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const fail = (what: string): never => {
    throw new RangeError(`XML, line ${text.slice(0, at).split('\n').length}: ${what}`);
  };
  const top = (): Node => open[open.length - 1] as Node;
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  const decode = (raw: string): string =>
    raw.replace(/&(#x?)?([^;&\s]*);?/g, (whole, number: string | undefined, name: string) => {
      if (number) return String.fromCodePoint(Number.parseInt(name, number === '#x' ? 16 : 10) || 0xfffd);
      return ENTITIES[name] ?? fail(`the entity '${whole}' is not known`);
    });
  const until = (mark: string, what: string): string => {
    const end = text.indexOf(mark, at);
    if (end < 0) fail(`${what} is not closed`);
    const inside = text.slice(at, end);
    at = end + mark.length;
    return inside;
  };
  while (at < text.length) {
    if (text[at] !== '<') {
      const next = text.indexOf('<', at);
      const piece = text.slice(at, next < 0 ? text.length : next);
      if (open.length === 1 && piece.trim() !== '') fail('text outside the document');
      top().text += decode(piece);
      at += piece.length;
    } else if (text.startsWith('<!--', at)) {
      at += 4;
      until('-->', 'a comment');
    } else if (text.startsWith('<![CDATA[', at)) {
      at += 9;
      top().text += until(']]>', 'CDATA');
    } else if (text.startsWith('<?', at)) {
      until('?>', 'an instruction');
    } else if (text.startsWith('<!', at)) fail('a DOCTYPE is not taken');
    else if (text.startsWith('</', at)) {
      at += 2;
      const name = local(until('>', 'a tag').trim());
      if (open.length < 2 || top().name !== name) fail(`'</${name}>' closes '${top().name}'`);
      open.pop();
    } else {
      at++;
      const m = /^([^\s/>]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/.exec(text.slice(at, at + 100_000));
      if (!m) return fail('not a tag');
      if (open.length === 1 && root.children.length > 0) fail('a second root element');
      const attributes = Object.fromEntries(
        [...(m[2] ?? '').matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((a) => [
          local(a[1] ?? ''),
          decode(a[2] ?? a[3] ?? ''),
        ]),
      );
      const made = node(local(m[1] ?? ''), '', attributes);
      top().children.push(made);
      if (open.length > 200) fail('more than 200 levels');
      if (m[3] !== '/') open.push(made);
      at += m[0].length;
    }
  }
  if (open.length > 1) fail(`'${top().name}' is not closed`);
  if (root.children.length === 0) fail('no element');
  return root;
}
