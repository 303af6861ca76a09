/** A small grey line that says only "steady, rising, falling": 78 × 26, without axes; the value stands beside it. */
export function Sparkline({
  x,
  y,
  width = 78,
  height = 26,
}: {
  x: readonly number[];
  y: readonly (number | null)[];
  width?: number;
  height?: number;
}) {
  const numbers = y.filter((v): v is number => v !== null);
  if (numbers.length < 2) return <svg width={width} height={height} aria-hidden="true" />;
  const low = numbers.reduce((a, b) => Math.min(a, b));
  const high = numbers.reduce((a, b) => Math.max(a, b));
  const from = x[0] ?? 0;
  const span = Math.max(1, (x.at(-1) ?? 1) - from);
  const range = high - low || 1;
  let path = '';
  let pen = false;
  y.forEach((v, i) => {
    if (v === null) {
      pen = false;
      return;
    }
    const px = (((x[i] ?? from) - from) / span) * width;
    const py = height - 2 - ((v - low) / range) * (height - 4);
    path += `${pen ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`;
    pen = true;
  });
  return (
    <svg width={width} height={height} aria-hidden="true">
      <path d={path} fill="none" stroke="var(--mw-dim)" strokeWidth="1.2" />
    </svg>
  );
}
