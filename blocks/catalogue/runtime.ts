import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { blockCatalogue } from './browser.ts';
import { SOURCES } from './runtime.generated.ts';
import { stripTypes } from './strip-types.ts';

/** The first-party blocks with their texts: what workers, the server's deploy check and `mw` compile from. */
export function loadCatalogue(): ProgramCatalogue {
  return { ...blockCatalogue(), source: (id, version) => SOURCES[`${id}@${version}`], stripTypes };
}
