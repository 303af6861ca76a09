import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { connectorCatalogue, GENERATED } from './generate-connectors.ts';

it('the connector catalogue is what the manifests say (else run blocks/catalogue/generate-connectors.ts)', async () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(await connectorCatalogue());
}, 60_000);
