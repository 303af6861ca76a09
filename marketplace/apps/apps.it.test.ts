import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '#marketplace/format/package.ts';
import { proveApp } from '#marketplace/review/prove-app.ts';
import { readFolder } from '#marketplace/review/read-folder.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';

const here = import.meta.dirname;
const slugs = readdirSync(here, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

test.each(slugs)('%s: every figure holds, every change turns one red', { timeout: 300_000 }, async (slug) => {
  const files = await readFolder(path.join(here, slug));
  const manifest = readManifest(files);
  expect(manifest.slug).toBe(slug);
  expect(manifest.publisher).toBe('millwright');
  const proofBytes = [...files].reduce((sum, [name, bytes]) => sum + (name.startsWith('proof/') ? bytes.length : 0), 0);
  expect(proofBytes).toBeLessThan(300_000);
  const report = await proveApp(files, { createStepper: (program) => createStepper(program, { seed: 1 }) });
  const failing = report.runs.flatMap((run) => [
    ...run.checks.filter((check) => !check.pass).map((check) => `${run.id} ${check.id}: ${check.actual}, not ${check.expected}`),
    ...run.falsifiers.filter((change) => !change.red).map((change) => `${run.id}: nothing turns red when ${change.title.en}`),
  ]);
  expect(failing).toEqual([]);
  expect(report.pass).toBe(true);
});
