import type { Bilingual } from './document.ts';
import type { BlockManifest, JsonSchema } from './manifest.ts';
import { newestFirst } from './versions.ts';

/** What somebody should know who goes from one version of a block to another: what its maker says, and what the manifests tell. */
export interface BlockChange {
  readonly kind: 'note' | 'parameter' | 'port' | 'state' | 'capability';
  readonly text: Bilingual;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const titleOf = (name: string, schema: JsonSchema | undefined): Bilingual =>
  (schema?.['x-millwright'] as { title?: Bilingual } | undefined)?.title ?? { en: name, zh: name };

export function blockChanges(from: BlockManifest, to: BlockManifest): BlockChange[] {
  const changes: BlockChange[] = [];
  const say = (kind: BlockChange['kind'], en: string, zh: string) => void changes.push({ kind, text: { en, zh } });
  for (const [version, text] of Object.entries(to.changes ?? {}).sort(([a], [b]) => newestFirst(a, b)))
    if (newestFirst(version, from.version) < 0 && newestFirst(version, to.version) >= 0) changes.push({ kind: 'note', text });
  const [before, after] = [from.params.properties ?? {}, to.params.properties ?? {}];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]];
    const title = titleOf(name, is ?? was);
    if (!was) {
      const needed = to.params.required?.includes(name) ?? false;
      const value = JSON.stringify(is?.default);
      if (needed) say('parameter', `New parameter “${title.en}” must be given.`, `新增必填参数“${title.zh}”。`);
      else if (value === undefined) say('parameter', `New parameter “${title.en}”.`, `新增参数“${title.zh}”。`);
      else say('parameter', `New parameter “${title.en}”, ${value} unless given.`, `新增参数“${title.zh}”，默认 ${value}。`);
    } else if (!is) say('parameter', `Parameter “${title.en}” is gone.`, `取消参数“${title.zh}”。`);
    else if (!same(was.default, is.default))
      say(
        'parameter',
        `“${title.en}” is ${JSON.stringify(is.default) ?? 'empty'} unless given; it was ${JSON.stringify(was.default) ?? 'empty'}.`,
        `“${title.zh}”默认值由 ${JSON.stringify(was.default) ?? '空'} 改为 ${JSON.stringify(is.default) ?? '空'}。`,
      );
  }
  for (const [side, en, zh] of [
    ['inputs', 'Input', '输入'],
    ['outputs', 'Output', '输出'],
  ] as const) {
    const [was, is] = [from[side], to[side]];
    for (const port of new Set([...Object.keys(was), ...Object.keys(is)])) {
      if (!was[port]) say('port', `New ${en.toLowerCase()} “${port}”.`, `新增${zh}“${port}”。`);
      else if (!is[port]) say('port', `${en} “${port}” is gone; its wires go with it.`, `取消${zh}“${port}”，其连线随之失效。`);
      else if (!same(was[port], is[port])) {
        const columns = (list: object) => Object.keys(list).join(', ') || '–';
        say(
          'port',
          `${en} “${port}” has the columns ${columns(is[port].columns)}; it had ${columns(was[port].columns)}.`,
          `${zh}“${port}”的列由 ${columns(was[port].columns)} 变为 ${columns(is[port].columns)}。`,
        );
      }
    }
  }
  const added = to.capabilities.filter((one) => !from.capabilities.includes(one));
  if (added.length > 0) say('capability', `Asks for more: ${added.join(', ')}.`, `需要更多权限：${added.join('、')}。`);
  if (Object.keys(from.state).length > 0)
    if (from.stateVersion === to.stateVersion) say('state', 'What it has counted so far is kept.', '已有累计状态保留。');
    else
      say(
        'state',
        'Its state has another form: it is converted where the block can, else it begins anew.',
        '状态格式已变：可转换时自动转换，否则重新累计。',
      );
  return changes;
}
