/** Removes from the front, and returns, what fulfils the condition. */
export function takeWhile<T>(items: T[], condition: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !condition(item));
  return items.splice(0, end === -1 ? items.length : end);
}
