import type { NodeFacts } from './facts.ts';

/**
 * What a node asks for. A capability may name the parameter that completes it: `record.read:{kind}`. Events about records tell what is in the records,
 * so who takes them asks for reading those.
 */
export function capabilitiesOf({ manifest, params }: Pick<NodeFacts, 'manifest' | 'params'>): string[] {
  const asked = manifest.capabilities.map((capability) =>
    capability.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '')),
  );
  if (manifest.source?.kind !== 'event') return asked;
  const kinds = params[manifest.source.event];
  const records = (Array.isArray(kinds) ? kinds : []).filter((kind) => /^record(:|$)/.test(String(kind)));
  return [...asked, ...records.map((kind) => String(kind).replace('record', 'record.read'))];
}
