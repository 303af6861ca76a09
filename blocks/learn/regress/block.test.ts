import { describe, expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { regress } from './regress.ts';

testBlock(import.meta.url, [
  {
    title: 'a row without an outcome is predicted, not learned from',
    source: 'closed form: y = 2x + 1',
    params: { columns: ['x'] },
    input: [{ time: 0, y: [3, 5, Number.NaN, 9, 11], x: [1, 2, 3, 4, 5] }],
    expected: { coefficients: [{ coefficient: [1, 2] }], out: [{ predicted: [3, 5, 7, 9, 11] }], summary: [{ n: 4 }] },
    tolerance: 1e-12,
  },
]);

// y, x
const FILIP: readonly (readonly [number, number])[] = [
  [0.8116, -6.860120914],
  [0.9072, -4.324130045],
  [0.9052, -4.358625055],
  [0.9039, -4.358426747],
  [0.8053, -6.955852379],
  [0.8377, -6.661145254],
  [0.8667, -6.355462942],
  [0.8809, -6.118102026],
  [0.7975, -7.115148017],
  [0.8162, -6.815308569],
  [0.8515, -6.519993057],
  [0.8766, -6.204119983],
  [0.8885, -5.853871964],
  [0.8859, -6.109523091],
  [0.8959, -5.79832982],
  [0.8913, -5.482672118],
  [0.8959, -5.171791386],
  [0.8971, -4.851705903],
  [0.9021, -4.517126416],
  [0.909, -4.143573228],
  [0.9139, -3.709075441],
  [0.9199, -3.499489089],
  [0.8692, -6.300769497],
  [0.8872, -5.953504836],
  [0.89, -5.642065153],
  [0.891, -5.031376979],
  [0.8977, -4.680685696],
  [0.9035, -4.329846955],
  [0.9078, -3.928486195],
  [0.7675, -8.56735134],
  [0.7705, -8.363211311],
  [0.7713, -8.107682739],
  [0.7736, -7.823908741],
  [0.7775, -7.522878745],
  [0.7841, -7.218819279],
  [0.7971, -6.920818754],
  [0.8329, -6.628932138],
  [0.8641, -6.323946875],
  [0.8804, -5.991399828],
  [0.7668, -8.781464495],
  [0.7633, -8.663140179],
  [0.7678, -8.473531488],
  [0.7697, -8.247337057],
  [0.77, -7.971428747],
  [0.7749, -7.676129393],
  [0.7796, -7.352812702],
  [0.7897, -7.072065318],
  [0.8131, -6.774174009],
  [0.8498, -6.478861916],
  [0.8741, -6.159517513],
  [0.8061, -6.835647144],
  [0.846, -6.53165267],
  [0.8751, -6.224098421],
  [0.8856, -5.910094889],
  [0.8919, -5.598599459],
  [0.8934, -5.290645224],
  [0.894, -4.974284616],
  [0.8957, -4.64454848],
  [0.9047, -4.290560426],
  [0.9129, -3.885055584],
  [0.9209, -3.408378962],
  [0.9219, -3.13200249],
  [0.7739, -8.726767166],
  [0.7681, -8.66695597],
  [0.7665, -8.511026475],
  [0.7703, -8.165388579],
  [0.7702, -7.886056648],
  [0.7761, -7.588043762],
  [0.7809, -7.283412422],
  [0.7961, -6.995678626],
  [0.8253, -6.691862621],
  [0.8602, -6.392544977],
  [0.8809, -6.067374056],
  [0.8301, -6.684029655],
  [0.8664, -6.378719832],
  [0.8834, -6.065855188],
  [0.8898, -5.752272167],
  [0.8964, -5.132414673],
  [0.8963, -4.811352704],
  [0.9074, -4.098269308],
  [0.9119, -3.66174277],
  [0.9228, -3.2644011],
];

/** Correct digits, −log₁₀ of the relative error; absolute where the certified value is 0. */
const digits = (got: number, certified: number): number =>
  got === certified ? 16 : -Math.log10(Math.abs(got - certified) / (Math.abs(certified) || 1));
const least = (got: readonly number[], certified: readonly number[]) =>
  Math.min(...certified.map((c, i) => digits(got[i] as number, c)));
const linear = { columns: ['x'], method: 'linear', intercept: true, lambda: 1 } as const;

// data and certified values of the NIST Statistical Reference Datasets (a work of the US government)
describe('NIST StRD, higher difficulty', () => {
  const x = Array.from({ length: 21 }, (_, i) => i);
  const sum = (coefficients: readonly number[]) => x.map((v) => coefficients.reduce((s, c, k) => s + c * v ** k, 0));
  const delta = [
    759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048,
    -2048, 759,
  ];
  const error = [2152.3262467817, 2363.55173469681, 779.343524331583, 101.47550755035, 5.64566512170752, 0.112324854679312];
  const ones = new Array<number>(6).fill(1);
  test.each([
    ['Wampler1', sum(ones), ones, ones.map(() => 0), 9],
    ['Wampler2', sum([1, 0.1, 0.01, 1e-3, 1e-4, 1e-5]), [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5], ones.map(() => 0), 11],
    ['Wampler3', sum(ones).map((v, i) => v + (delta[i] as number)), ones, error, 9],
    ['Wampler4', sum(ones).map((v, i) => v + 100 * (delta[i] as number)), ones, error.map((e) => 100 * e), 7],
    ['Wampler5', sum(ones).map((v, i) => v + 1e4 * (delta[i] as number)), ones, error.map((e) => 1e4 * e), 5],
  ] as const)('%s', (_name, y, coefficients, errors, wanted) => {
    const fit = regress({ x }, y, { ...linear, degree: 5 });
    expect(least(fit.coefficients, coefficients)).toBeGreaterThan(wanted);
    expect(least(fit.error, errors)).toBeGreaterThan(8);
  });

  test('Filip, a polynomial of degree 10: seven digits, as float64 allows', () => {
    const fit = regress(
      { x: FILIP.map((r) => r[1]) },
      FILIP.map((r) => r[0]),
      { ...linear, degree: 10 },
    );
    expect(
      least(
        fit.coefficients,
        [
          -1467.4896142298, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349, -75.1242017393757,
          -10.8753180355343, -1.06221498588947, -0.0670191154593408, -0.00246781078275479, -0.0000402962525080404,
        ],
      ),
    ).toBeGreaterThan(6.9);
    expect(least([fit.r2, fit.sd ** 2], [0.99672741618562, 0.11209174396802e-4])).toBeGreaterThan(8);
  });
});
