/**
 * How the messages of many alike devices are read and their commands written, said once: a topic with variables, where readings stand in the
 * payload, how times and units are written. Lines of the setting `templates`; README.md has the whole form.
 */
import { ConnectorError } from '#blocks/sdk/connector.ts';
import { type Path, parsePath } from '../payload/path.ts';
import { type TimeFormat, timeFormat } from '../payload/time.ts';
import { type TopicPattern, topicPattern } from './topic-pattern.ts';

/** A path in which `{signal}` stands for every key there: what is before it, and what is behind. */
export interface SignalPath {
  readonly before: Path;
  readonly after: Path;
  /** Every key is a signal. */
  readonly every: boolean;
}
export interface Template {
  readonly name: string;
  readonly topic: TopicPattern;
  /** The list of readings; absent = the payload is one. */
  readonly list?: Path;
  /** Names the signal of a reading; absent = every field of it is a signal. */
  readonly signal?: Path;
  readonly value: SignalPath;
  readonly time?: { readonly path: SignalPath; readonly format: TimeFormat };
  readonly unit?: SignalPath;
  /** A reading whose field is something else is bad. */
  readonly quality?: { readonly path: SignalPath; readonly good: string };
  /** What a tag of it would be called. */
  readonly tag?: string;
  readonly write?: { readonly topic: TopicPattern; readonly payload: unknown };
  /** The device's answer to a command; `response` is the response topic of MQTT 5. */
  readonly ack?: {
    readonly topic: TopicPattern | 'response';
    readonly ok?: { readonly path: Path; readonly is: string };
    readonly id?: Path;
    readonly value?: Path;
  };
}

const refused = (line: number, en: string, zh: string) =>
  new ConnectorError('address', 'mqtt.template-line', { en: `Templates, line ${line}: ${en}`, zh: `模板第 ${line} 行：${zh}` });

const WORDS = ['template', 'topic', 'list', 'signal', 'value', 'time', 'unit', 'quality', 'tag', 'write', 'ack'] as const;
type Word = (typeof WORDS)[number];
type Lines = Partial<Record<Word, { readonly line: number; readonly rest: string }>>;

/** Templates by name; throws what names the line that cannot be understood. */
export function parseTemplates(text: string): ReadonlyMap<string, Template> {
  const blocks: Lines[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = i + 1;
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(written) ?? [];
    const known = WORDS.find((one) => one === word);
    if (!known) throw refused(line, `“${word}” is none of ${WORDS.join(', ')}.`, `“${word}”不是 ${WORDS.join('、')} 之一。`);
    if (known === 'template') blocks.push({});
    const own = blocks.at(-1);
    if (!own) throw refused(line, 'begin with “template <name>”.', '请以“template 名称”开头。');
    if (own[known]) throw refused(line, `“${word}” stands twice in this template.`, `此模板中“${word}”出现两次。`);
    own[known] = { line, rest };
  }
  const templates = new Map<string, Template>();
  for (const block of blocks) {
    const made = template(block);
    if (templates.has(made.name))
      throw refused(block.template?.line ?? 0, `there is a template “${made.name}” already.`, `模板“${made.name}”已存在。`);
    templates.set(made.name, made);
  }
  return templates;
}

function template(lines: Lines): Template {
  const first = lines.template?.line ?? 0;
  const name = lines.template?.rest ?? '';
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw refused(first, `“${name}” is no name: letters, digits, - and _.`, `“${name}”不是有效名称：仅限字母、数字、-、_。`);
  const path = (word: Word): Path | undefined => {
    const at = lines[word];
    return at && pathOf(at.rest, at.line);
  };
  const signalPath = (word: Word, text = lines[word]?.rest): SignalPath | undefined =>
    text === undefined ? undefined : signalPathOf(text, lines[word]?.line ?? first);
  const topic = lines.topic && topicPattern(lines.topic.rest);
  if (!topic || topic.variables.some((one) => one === 'signal' || one === 'value'))
    throw refused(
      lines.topic?.line ?? first,
      'a template needs a topic with variables in braces, for example topic plant/{line}/{machine}/data.',
      '模板需要带花括号变量的主题，例如 topic plant/{line}/{machine}/data。',
    );
  const [timePath, format = 'auto', ...more] = lines.time?.rest.split(/\s+/) ?? [];
  const timed = timeFormat([format, ...more].join(' '));
  if (lines.time && !timed)
    throw refused(
      lines.time.line,
      'after the path stands auto, iso, s, ms, us, ns or a pattern like yyyyMMddHHmmss.',
      '路径之后应为 auto、iso、s、ms、us、ns 或 yyyyMMddHHmmss 之类的格式。',
    );
  const time = signalPath('time', timePath);
  const [qualityPath, good, ...others] = lines.quality?.rest.split('=') ?? [];
  if (lines.quality && (good === undefined || others.length > 0))
    throw refused(lines.quality.line, 'write path=what is good, for example q=true.', '应写成 路径=良好值，例如 q=true。');
  const goodPath = signalPath('quality', qualityPath?.trim());
  const unit = signalPath('unit');
  const signal = path('signal');
  const write = writeOf(lines);
  const ack = ackOf(lines);
  if (ack && !write)
    throw refused(lines.ack?.line ?? first, '“ack” answers a “write”, and there is none.', '“ack”须与“write”同用。');
  return {
    name,
    topic,
    value: signalPath('value', lines.value?.rest ?? (signal ? 'value' : '{signal}')) ?? { before: [], after: [], every: true },
    ...(lines.list ? { list: pathOf(lines.list.rest === '.' ? '' : lines.list.rest, lines.list.line) } : {}),
    ...(signal ? { signal } : {}),
    ...(time && timed ? { time: { path: time, format: timed } } : {}),
    ...(unit ? { unit } : {}),
    ...(goodPath ? { quality: { path: goodPath, good: (good ?? '').trim() } } : {}),
    ...(lines.tag ? { tag: lines.tag.rest } : {}),
    ...(write ? { write } : {}),
    ...(ack ? { ack } : {}),
  };
}

function pathOf(text: string, line: number): Path {
  const path = parsePath(text);
  if (!path)
    throw refused(
      line,
      `“${text}” is no path; write a.b[0] or list[id=x].v.`,
      `“${text}”不是路径；应写成 a.b[0] 或 list[id=x].v。`,
    );
  return path;
}

function signalPathOf(text: string, line: number): SignalPath {
  const at = text.indexOf('{signal}');
  if (at < 0) return { before: pathOf(text, line), after: [], every: false };
  const before = text.slice(0, at).replace(/\.$/, '');
  const after = text.slice(at + '{signal}'.length).replace(/^\./, '');
  return { before: pathOf(before, line), after: pathOf(after, line), every: true };
}

function writeOf({ write }: Lines): Template['write'] {
  if (!write) return undefined;
  const at = write.rest.search(/\s/);
  const topic = topicPattern(at < 0 ? write.rest : write.rest.slice(0, at));
  let payload: unknown;
  try {
    payload = JSON.parse(write.rest.slice(at));
  } catch {
    // told below
  }
  if (!topic || at < 0 || payload === undefined)
    throw refused(
      write.line,
      'write a topic, then JSON with "{value}" and "{signal}" where they belong: plant/{line}/set {"{signal}": "{value}"}.',
      '应为主题加 JSON，用 "{value}" 与 "{signal}" 占位：plant/{line}/set {"{signal}": "{value}"}。',
    );
  return { topic, payload };
}

function ackOf({ ack }: Lines): Template['ack'] {
  if (!ack) return undefined;
  const [where = '', ...parts] = ack.rest.split(/\s+/);
  const topic = where === 'response' ? 'response' : topicPattern(where);
  const made: { ok?: { path: Path; is: string }; id?: Path; value?: Path } = {};
  for (const part of parts) {
    const [left = '', right = '', ...more] = part.split('=');
    if (more.length > 0 || left === '' || right === '') throw wrongAck(ack.line);
    if (left === 'id' || left === 'value') made[left] = pathOf(right, ack.line);
    else made.ok = { path: pathOf(left, ack.line), is: right };
  }
  if (!topic) throw wrongAck(ack.line);
  return { topic, ...made };
}
const wrongAck = (line: number) =>
  refused(
    line,
    'write a topic (or response), then ok-path=what is good, id=path, value=path: plant/{line}/ack status=ok id=id.',
    '应为主题（或 response）加 成功路径=值、id=路径、value=路径：plant/{line}/ack status=ok id=id。',
  );
