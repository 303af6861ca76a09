import { stripTypes } from '#blocks/catalogue/strip-types.ts';
import type { ColumnSchema, WireKind } from '#runtime/batch/schema.ts';
import type { BlockManifest, BlockSource, CatalogueBlock, ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { z } from './index.ts';

/** A catalogue of blocks given as definitions with their texts, for tests. */
export function testCatalogue(
  blocks: readonly { readonly manifest: BlockManifest; readonly params: z.ZodType; readonly source?: BlockSource }[],
): ProgramCatalogue {
  const find = (id: string, version: string) => blocks.find((b) => b.manifest.id === id && b.manifest.version === version);
  return {
    block: (id, version): CatalogueBlock | undefined => find(id, version),
    versions: (id) => blocks.filter((b) => b.manifest.id === id).map((b) => b.manifest.version),
    ids: () => [...new Set(blocks.map((b) => b.manifest.id))],
    source: (id, version) => find(id, version)?.source,
    stripTypes,
  };
}

/** A source that gives rows of the given columns. */
export function testSource(id: string, columns: Readonly<Record<string, ColumnSchema>>, kind: WireKind = 'stream') {
  const manifest: BlockManifest = {
    id,
    version: '1.0.0',
    title: { en: 'Test rows', zh: '测试数据' },
    summary: { en: 'Rows of a test.', zh: '测试数据行。' },
    icon: 'flask',
    params: { type: 'object', properties: {} },
    shape: 'source',
    source: { kind: 'schedule', schedule: '' },
    inputs: {},
    outputs: { out: { kind, columns } },
    optionalInputs: [],
    delays: false,
    state: {},
    stateScope: 'key',
    stateVersion: 1,
    carry: 'all',
    badQuality: 'propagate',
    capabilities: [],
  };
  return { manifest, params: z.object({}) };
}
