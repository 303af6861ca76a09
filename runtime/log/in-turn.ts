/** Runs what it is given one after the other: a session answers one query at a time. */
export function inTurn(): <T>(use: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (use) => {
    const turn = last.then(use, use);
    last = turn.catch(() => {});
    return turn;
  };
}
