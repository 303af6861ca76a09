import { Markdown } from './markdown.tsx';
import classes from './parts.module.css';

/** What came with an app, as a page's part: its first heading is left out, since the page has that title already. */
export function Readme({ text }: { text: string }) {
  return (
    <div className={classes.readme}>
      <Markdown text={text.replace(/^\s*#\s[^\n]*\n/, '')} />
    </div>
  );
}
