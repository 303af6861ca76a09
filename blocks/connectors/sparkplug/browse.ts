import type { BrowseNode } from '#blocks/sdk/connector.ts';
import { tagType } from './metrics.ts';
import type { Source } from './nodes.ts';

/** What is below a path of `group/node/device`: nodes and devices as folders, and the metrics of one that is named. */
export function nodesBelow(all: readonly Source[], path: string): BrowseNode[] {
  const depth = path === '' ? 0 : path.split('/').length;
  const sources = all.filter((source) => path === '' || source.id === path || source.id.startsWith(`${path}/`));
  const folders = new Set(
    sources
      .map((source) =>
        source.id
          .split('/')
          .slice(0, depth + 1)
          .join('/'),
      )
      .filter((id) => id !== path),
  );
  const nodes: BrowseNode[] = [...folders].toSorted().map((id) => ({ path: id, name: id.split('/').at(-1) ?? id, folder: true }));
  const own = sources.find((source) => source.id === path);
  for (const metric of own?.metrics.values() ?? []) {
    if (metric.name === 'bdSeq' || metric.name.startsWith('Node Control/')) continue;
    const { properties = {} } = metric;
    const unit = properties.engUnit ?? properties['Engineering Units'];
    const { engLow, engHigh } = properties;
    nodes.push({
      path: `${path}#${metric.name}`,
      name: metric.name,
      folder: false,
      address: `${path}#${metric.name}`,
      suggested: {
        type: tagType(metric.datatype),
        ...(typeof unit === 'string' ? { unit } : {}),
        ...(typeof engLow === 'number' ? { low: engLow } : {}),
        ...(typeof engHigh === 'number' ? { high: engHigh } : {}),
      },
      value: String(metric.value ?? '').slice(0, 80),
    });
  }
  return nodes;
}
