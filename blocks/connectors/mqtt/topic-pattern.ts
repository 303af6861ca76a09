/** Topics with variables: `plant/{line}/{machine}/telemetry`. */
export interface TopicPattern {
  readonly text: string;
  /** In the order in which they stand. */
  readonly variables: readonly string[];
  /** What a broker is asked for: a level that holds a variable is `+`. */
  readonly filter: string;
  readonly form: RegExp;
}

const VARIABLE = /\{([a-z][a-zA-Z0-9_]*)\}/g;

/** Undefined when it is none: no wildcards, every variable once, none of the names that stand for something else. */
export function topicPattern(text: string): TopicPattern | undefined {
  const variables = [...text.matchAll(VARIABLE)].map((match) => match[1] ?? '');
  const bare = text.replaceAll(VARIABLE, '');
  if (text === '' || text.length > 1024 || /[+#\0{}]/.test(bare) || new Set(variables).size !== variables.length)
    return undefined;
  const form = text
    .split(VARIABLE)
    .map((part, i) => (i % 2 ? '([^/]+)' : part.replace(/[.*?^$()|[\]\\]/g, '\\$&')))
    .join('');
  const filter = text
    .split('/')
    .map((level) => (level.replace(VARIABLE, '') === level ? level : '+'))
    .join('/');
  return { text, variables, filter, form: new RegExp(`^${form}$`) };
}

/** The values of the variables in a topic; undefined when it is not of this form. */
export const valuesIn = (pattern: TopicPattern, topic: string): readonly string[] | undefined =>
  pattern.form.exec(topic)?.slice(1);

/** The text with its variables filled in; names without a value stay. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(VARIABLE, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : whole));
