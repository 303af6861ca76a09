/** Colours of a chart, read from the `--mw-…` variables where it stands: page and operator screens differ, and so do the schemes. */
export interface ChartTokens {
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly panel: string;
  readonly trace: string;
  readonly setpoint: string;
  readonly output: string;
  readonly band: string;
  readonly alarm: string;
  readonly teal: string;
}

export function readTokens(element: HTMLElement): ChartTokens {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--mw-${name}`).trim();
  return {
    text: of('text'),
    dim: of('dim'),
    line: of('line'),
    panel: of('panel'),
    trace: of('trace'),
    setpoint: of('setpoint'),
    output: of('output'),
    band: of('band'),
    alarm: of('p1'),
    teal: of('port-table'),
  };
}

/** The box beside the pointer. */
export const tooltipOf = (t: ChartTokens) => ({
  transitionDuration: 0,
  backgroundColor: t.panel,
  borderColor: t.line,
  textStyle: { color: t.text, fontSize: 12 },
});

/** Groups that a plan or a scatter tells apart: fills that black and white letters can be read on, none of them an alarm's. */
export const groupFills = (t: ChartTokens) => [t.trace, t.teal, t.output, t.dim] as const;

/** Lines differ by colour and by dash: grey print and colour-blind eyes tell them apart, and none has an alarm's colour. */
export const lineStyles = (t: ChartTokens) =>
  [
    { color: t.trace, type: 'solid', width: 2 },
    { color: t.setpoint, type: 'dashed', width: 1.5 },
    { color: t.output, type: 'solid', width: 1.5 },
    { color: t.teal, type: 'solid', width: 1.5 },
    { color: t.trace, type: 'dotted', width: 1.5 },
    { color: t.output, type: 'dashed', width: 1.5 },
    { color: t.teal, type: 'dashed', width: 1.5 },
    { color: t.setpoint, type: 'dotted', width: 1.5 },
  ] as const;
