import { expect, test } from 'vitest';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { buildStepInput } from '#runtime/compile/step-input.ts';
import { DEFAULT_LIMITS } from '#runtime/sandbox/limits.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';

/** A second of vibration through the spectrum in a real isolate, within the limits that every installed app has. */
test('a waveform of 48,000 points fits the limits of an isolate', async () => {
  const catalogue = loadCatalogue();
  const id = 'millwright/condition.spectrum';
  const [version = ''] = catalogue.versions(id);
  const found = catalogue.block(id, version);
  const source = catalogue.source(id, version);
  if (!found || !source) throw new Error('the catalogue has no spectrum');
  const waves = testSource('test/source.waves', { wave: { type: 'wave', unit: 'm/s2' } });
  const node = (nodeId: string, mode: string) => ({ id: nodeId, block: id, version, params: { mode, to: 2000 } });
  const compiled = await compileGraph(
    {
      format: 1,
      nodes: [
        { id: 'wave', block: waves.manifest.id, version: '1.0.0' },
        node('spectrum', 'amplitude'),
        node('envelope', 'envelope'),
      ],
      wires: ['spectrum', 'envelope'].map((to) => ({ from: { node: 'wave', port: 'out' }, to: { node: to, port: 'in' } })),
      outputs: [
        { name: 'strongest', from: { node: 'spectrum', port: 'strongest' } },
        { name: 'modulation', from: { node: 'envelope', port: 'strongest' } },
      ],
    },
    { catalogue: testCatalogue([waves, { ...found, source }]) },
  );
  if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
  const n = 48_000;
  const values = Float32Array.from({ length: n }, (_, i) => {
    const carrier = (1 + 0.5 * Math.cos((2 * Math.PI * 107 * i) / n)) * Math.sin((2 * Math.PI * 3000 * i) / n);
    return carrier + 2 * Math.sin((2 * Math.PI * 30 * i) / n);
  });
  // the memory limit is the real one; time is judged below by CPU, since a loaded test machine stretches the clock
  const stepper = await createStepper(compiled.program, { timeoutMs: 20_000, hostDeadlineMs: 30_000 });
  try {
    const rows = [1, 2, 3].map((second) => ({
      source: 0,
      clock: second * 1000,
      key: 'P-201',
      values: { wave: { t0: 0, rate: n, n, values } },
    }));
    const before = process.cpuUsage();
    const result = await stepper.step(buildStepInput(compiled.program.info, rows));
    const { user, system } = process.cpuUsage(before);
    expect(result.dead).toEqual([]);
    const [strongest, modulation] = result.outputs;
    expect(Array.from(strongest?.columns[0] as Float64Array)).toEqual([30, 30, 30]);
    expect(strongest?.columns[1]?.[0]).toBeCloseTo(2, 5);
    expect(modulation?.columns[0]?.[0]).toBe(107);
    expect(modulation?.columns[1]?.[0]).toBeCloseTo(0.5, 5);
    // three waveforms, two spectra each, from cold: about 0.2 s
    expect((user + system) / 1000).toBeLessThan(DEFAULT_LIMITS.timeoutMs);
  } finally {
    stepper.dispose();
  }
});
