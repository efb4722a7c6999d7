import type { z } from 'zod';
import { RequestInvalidError } from '../errors.js';

const SHOWN_MAX = 3;

/** @throws {RequestInvalidError} names what is wrong, and where */
export function parseInput<Shape extends z.ZodType>(
  shape: Shape,
  input: unknown,
  what: 'query' | 'body',
): z.infer<Shape> {
  const parsed = shape.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, SHOWN_MAX)
    .map(({ path, message }) => `${[what, ...path].join('.')}: ${message}`);
  throw new RequestInvalidError(`${problems.join('; ')}: see /openapi.json`);
}
