import { type Bilingual, GRAPH_FORMAT, type GraphDocument, graphDocument } from '#runtime/graph/document.ts';

export type ReadFile =
  | { readonly ok: true; readonly document: GraphDocument }
  | { readonly ok: false; readonly reason: Bilingual };

/** What a graph file is called and holds; the bytes are readable and stable under version control. */
export const graphFile = (slug: string, document: GraphDocument): { name: string; text: string } => ({
  name: `${slug}.graph.json`,
  text: `${JSON.stringify(document, null, 2)}\n`,
});

/** Reads a graph file. Unknown blocks are kept: they show as missing and say so; a newer format is refused, since it may mean something else. */
export function readGraphFile(text: string): ReadFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return refuse(`The file is no JSON: ${why}`, `文件不是有效的 JSON：${why}`);
  }
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (typeof format === 'number' && format > GRAPH_FORMAT)
    return refuse(
      `The graph has format ${format}; this version of Millwright reads up to ${GRAPH_FORMAT}. Update Millwright, or export it from there in an older format.`,
      `该流程图的格式为 ${format}，当前版本最高支持 ${GRAPH_FORMAT}。请升级本平台，或在原平台以较旧格式导出。`,
    );
  const parsed = graphDocument.safeParse(json);
  if (parsed.success) return { ok: true, document: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') || 'format';
  return refuse(
    `The file is no graph: at ${where}: ${issue?.message ?? ''}`,
    `文件不是有效的流程图：位置 ${where}：${issue?.message ?? ''}`,
  );
}

const refuse = (en: string, zh: string): ReadFile => ({ ok: false, reason: { en, zh } });
