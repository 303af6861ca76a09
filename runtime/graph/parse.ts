import { z } from 'zod';
import { GRAPH_FORMAT, type GraphDocument, graphDocument } from './document.ts';
import { MIGRATIONS, type Migration } from './migrate.ts';
import { bothLanguages } from './params.ts';
import type { GraphProblem } from './problem.ts';
import { problem } from './problems.ts';

export type ParsedGraph =
  | { readonly ok: true; readonly document: GraphDocument; readonly migratedFrom?: number }
  | { readonly ok: false; readonly problems: readonly GraphProblem[] };

const chinese = z.locales.zhCN().localeError;
const english = z.locales.en().localeError;

/** JSON text (or what it says) -> document. Older formats are migrated in memory; a newer one is refused by name. */
export function parseGraph(
  source: string | unknown,
  migrations: readonly Migration[] = MIGRATIONS,
  current: number = GRAPH_FORMAT,
): ParsedGraph {
  let raw: unknown = source;
  if (typeof source === 'string') {
    try {
      raw = JSON.parse(source);
    } catch (error) {
      return refuse(notJson(source, error));
    }
  }
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    return refuse(
      problem('graph-shape', {}, 'A graph is a JSON object with nodes and wires.', '图应为包含 nodes 和 wires 的 JSON 对象。'),
    );
  const format = (raw as { format?: unknown }).format;
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1)
    return refuse(
      problem(
        'graph-format',
        {},
        'The graph does not say its format: it needs "format": 1.',
        '图没有说明格式：需要 "format": 1。',
      ),
    );
  if (format > current)
    return refuse(
      problem(
        'graph-newer',
        {},
        `This graph is of format ${format}; this version knows formats up to ${current}.`,
        `该图的格式为 ${format}；当前版本最高支持格式 ${current}。`,
        {
          en: 'Open it with a newer version of Millwright.',
          zh: '请用更新版本的匠造打开。',
        },
      ),
    );
  let migrated = raw as Record<string, unknown>;
  for (let at = format; at < current; at++) {
    const step = migrations.find((m) => m.from === at);
    if (!step)
      return refuse(
        problem(
          'graph-older',
          {},
          `There is no way from graph format ${at} to ${at + 1}.`,
          `无法从图格式 ${at} 迁移到 ${at + 1}。`,
        ),
      );
    migrated = { ...step.migrate(migrated), format: at + 1 };
  }
  // while a document of a format to come is tried out, the schema is that of its last migration
  const candidate = current === GRAPH_FORMAT ? migrated : { ...migrated, format: GRAPH_FORMAT };
  const parsed = graphDocument.safeParse(candidate, { error: english });
  if (!parsed.success) {
    const zh = graphDocument.safeParse(candidate, { error: chinese });
    return {
      ok: false,
      problems: parsed.error.issues.map((issue, i) => {
        const path = issue.path.map(String).join('.');
        const id = nodeAt(migrated, issue.path);
        const message = bothLanguages(issue.message, zh.success ? issue.message : (zh.error.issues[i]?.message ?? issue.message));
        return problem(
          'graph-shape',
          id === undefined ? {} : { node: id },
          `${path || 'graph'}: ${message.en}`,
          `${path || '图'}：${message.zh}`,
        );
      }),
    };
  }
  return format < current ? { ok: true, document: parsed.data, migratedFrom: format } : { ok: true, document: parsed.data };
}

const refuse = (p: GraphProblem): ParsedGraph => ({ ok: false, problems: [p] });

function nodeAt(raw: Record<string, unknown>, path: readonly PropertyKey[]): string | undefined {
  if (path[0] !== 'nodes' || typeof path[1] !== 'number' || !Array.isArray(raw.nodes)) return undefined;
  const id = (raw.nodes[path[1]] as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}

const TOKEN = /\s*(?:[{}[\],:]|"(?:[^"\\\p{Cc}]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/uy;

/** Where the text stops being JSON: V8 tells a position only sometimes, so the first thing that is no token is looked for. */
function brokenAt(text: string, error: unknown): number | undefined {
  const told = /position (\d+)/.exec(String(error))?.[1];
  if (told !== undefined) return Number(told);
  TOKEN.lastIndex = 0;
  let at = 0;
  while (TOKEN.test(text)) at = TOKEN.lastIndex;
  const rest = text.slice(at).search(/\S/);
  return rest < 0 ? undefined : at + rest;
}

function notJson(text: string, error: unknown): GraphProblem {
  const at = brokenAt(text, error);
  if (at === undefined) return problem('graph-json', {}, 'This is not JSON: it ends too early.', '不是有效的 JSON：内容不完整。');
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return problem(
    'graph-json',
    { line, column },
    `This is not JSON (line ${line}, column ${column}).`,
    `不是有效的 JSON（第 ${line} 行第 ${column} 列）。`,
  );
}
