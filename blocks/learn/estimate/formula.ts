/**
 * A model as text, `b1*(1-exp(-b2*x))`, read once and worked out together with its derivatives (forward mode), so that no step width has to be
 * chosen. Signs + − * / ^, brackets, numbers, pi, the variables x (or x1), x2, x3, parameters b1, b2 …, and the functions below.
 */
export type Formula =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'x'; readonly index: number }
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'call'; readonly name: string; readonly of: Formula }
  | { readonly kind: 'sign'; readonly sign: string; readonly left: Formula; readonly right: Formula };

type Curve = (v: number) => readonly [value: number, slope: number];
const CURVES: Readonly<Record<string, Curve>> = {
  exp: (v) => [Math.exp(v), Math.exp(v)],
  ln: (v) => [Math.log(v), 1 / v],
  sqrt: (v) => [Math.sqrt(v), 0.5 / Math.sqrt(v)],
  sin: (v) => [Math.sin(v), Math.cos(v)],
  cos: (v) => [Math.cos(v), -Math.sin(v)],
  atan: (v) => [Math.atan(v), 1 / (1 + v * v)],
  tanh: (v) => [Math.tanh(v), 1 - Math.tanh(v) ** 2],
};

/** @throws RangeError that says where. */
export function readFormula(text: string): Formula {
  const tokens = [...text.matchAll(/\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|[a-zA-Z]\w*|[-+*/^()]|\S)/g)].map((m) => m[1] as string);
  let at = 0;
  const fail = (what: string): never => {
    throw new RangeError(`the formula is not readable at '${tokens[at] ?? 'its end'}': ${what}`);
  };
  const take = (sign: string) => (tokens[at] === sign ? at++ >= 0 : false);
  const sum = (): Formula => {
    let left = product();
    while (tokens[at] === '+' || tokens[at] === '-')
      left = { kind: 'sign', sign: tokens[at++] as string, left, right: product() };
    return left;
  };
  const product = (): Formula => {
    let left = negated();
    while (tokens[at] === '*' || tokens[at] === '/')
      left = { kind: 'sign', sign: tokens[at++] as string, left, right: negated() };
    return left;
  };
  const negated = (): Formula =>
    take('-') ? { kind: 'sign', sign: '-', left: { kind: 'number', value: 0 }, right: negated() } : power();
  const power = (): Formula => {
    const left = atom();
    // to the right: 2^3^2 = 2^9
    return take('^') ? { kind: 'sign', sign: '^', left, right: negated() } : left;
  };
  const atom = (): Formula => {
    const token = tokens[at];
    if (take('(')) {
      const inner = sum();
      return take(')') ? inner : fail('a bracket is open');
    }
    if (token === undefined) return fail('something is missing');
    at++;
    if (/^[\d.]/.test(token)) return { kind: 'number', value: Number(token) };
    const variable = /^x([123]?)$/.exec(token);
    if (variable) return { kind: 'x', index: Number(variable[1] || 1) - 1 };
    if (token === 'pi') return { kind: 'number', value: Math.PI };
    const parameter = /^b([1-9]\d?)$/.exec(token);
    if (parameter) return { kind: 'parameter', index: Number(parameter[1]) - 1 };
    if (Object.hasOwn(CURVES, token) && take('(')) {
      const of = sum();
      return take(')') ? { kind: 'call', name: token, of } : fail('a bracket is open');
    }
    at--;
    return fail(`x, x2, x3, b1, b2, …, pi, a number or one of ${Object.keys(CURVES).join(', ')} stands here`);
  };
  const whole = sum();
  if (at < tokens.length) fail('the end is expected');
  return whole;
}

/** How many parameters the formula has: the highest number of b. */
export function parametersOf(f: Formula): number {
  if (f.kind === 'parameter') return f.index + 1;
  if (f.kind === 'call') return parametersOf(f.of);
  return f.kind === 'sign' ? Math.max(parametersOf(f.left), parametersOf(f.right)) : 0;
}

/** How many variables the formula needs: 1 for x, 3 for x3. */
export function variablesOf(f: Formula): number {
  if (f.kind === 'x') return f.index + 1;
  if (f.kind === 'call') return variablesOf(f.of);
  return f.kind === 'sign' ? Math.max(variablesOf(f.left), variablesOf(f.right)) : 0;
}

/** Value of the formula at x, x2, x3 and its derivatives by the parameters. */
export function workOut(
  f: Formula,
  x: readonly number[],
  b: readonly number[],
): { readonly value: number; readonly slopes: Float64Array } {
  const none = () => new Float64Array(b.length);
  const go = (g: Formula): { value: number; slopes: Float64Array } => {
    switch (g.kind) {
      case 'number':
        return { value: g.value, slopes: none() };
      case 'x':
        return { value: x[g.index] ?? Number.NaN, slopes: none() };
      case 'parameter': {
        const slopes = none();
        slopes[g.index] = 1;
        return { value: b[g.index] as number, slopes };
      }
      case 'call': {
        const inner = go(g.of);
        const [value, slope] = (CURVES[g.name] as Curve)(inner.value);
        return { value, slopes: inner.slopes.map((s) => s * slope) };
      }
      default: {
        const l = go(g.left);
        const r = go(g.right);
        const [u, v] = [l.value, r.value];
        if (g.sign === '+') return { value: u + v, slopes: l.slopes.map((s, i) => s + (r.slopes[i] as number)) };
        if (g.sign === '-') return { value: u - v, slopes: l.slopes.map((s, i) => s - (r.slopes[i] as number)) };
        if (g.sign === '*') return { value: u * v, slopes: l.slopes.map((s, i) => s * v + u * (r.slopes[i] as number)) };
        if (g.sign === '/') return { value: u / v, slopes: l.slopes.map((s, i) => (s - (u / v) * (r.slopes[i] as number)) / v) };
        const value = u ** v;
        return {
          value,
          slopes: l.slopes.map(
            (s, i) =>
              (s === 0 ? 0 : v * u ** (v - 1) * s) + (r.slopes[i] === 0 ? 0 : value * Math.log(u) * (r.slopes[i] as number)),
          ),
        };
      }
    }
  };
  return go(f);
}
