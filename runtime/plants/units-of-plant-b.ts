/**
 * The PLC of plant B counts in psi, °F and cubic feet; the model in bar, °C and m3. Its makers wrote the factors into their program
 * (exact definitions: 1 psi = 6894.757293168 Pa, 1 ft = 0.3048 m), so they stand here and not in the platform's unit module.
 */
const BAR_PER_PSI = 0.06894757293168;
const CUBIC_METRE_PER_CUBIC_FOOT = 0.3048 ** 3;

export function fromModel(value: number, unit: string | undefined): number {
  if (unit === '[psi]') return value / BAR_PER_PSI;
  if (unit === '[degF]') return value * 1.8 + 32;
  if (unit === '[cft_i]/min') return value / CUBIC_METRE_PER_CUBIC_FOOT;
  return value;
}
export const barOfPsi = (psi: number): number => psi * BAR_PER_PSI;
