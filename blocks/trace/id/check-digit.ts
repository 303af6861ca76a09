/** Check digit of GS1 keys: weights 3, 1 from the right, GS1 General Specifications, section 7.9.1. */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1);
  return String((10 - (sum % 10)) % 10);
}

const SET82 = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const SET32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** Check character pair of GMN, the same specifications, section 7.9.5: prime weights from the right, modulo 1021. */
export function checkPair(text: string): string {
  const primes: number[] = [];
  for (let n = 2; primes.length < text.length; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += SET82.indexOf(text[i] ?? '') * (primes[text.length - 1 - i] as number);
  const rest = sum % 1021;
  return `${SET32[rest >> 5]}${SET32[rest & 31]}`;
}
