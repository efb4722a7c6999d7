import { ConfigInvalidError } from './errors.js';

/**
 * Refuses what is not an object, and fields that nobody reads: most likely they are misspelt.
 *
 * @param what the path of the object among the options, with its dot; `''` at the top
 * @param fields every field that there is; the compiler holds the list to the type
 * @throws {ConfigInvalidError} names the field, and those that there are
 */
export function checkFields<T extends object>(
  options: T,
  what: string,
  fields: Readonly<Record<keyof T, true>>,
): void {
  const known = Object.keys(fields).join(', ');
  const name = what.replace(/\.$/, '') || 'options';
  if (typeof options !== 'object' || options === null)
    throw new ConfigInvalidError(`${name} must be an object of ${known}`);
  for (const field of Object.keys(options))
    if (!Object.hasOwn(fields, field))
      throw new ConfigInvalidError(`option "${what}${field}" is unknown: use ${known}`);
}
