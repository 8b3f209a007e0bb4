import { z } from 'zod';
import { DrawbridgeError } from '../domain/errors';
import type { DroppedRow } from './driver';

/*
 * Shapes that more than one vendor's answers have. Vendors' types lie: numbers come as strings, booleans as 0 and 1,
 * instants in three notations. Schemas here are tolerant to the notation and strict about the meaning.
 */

/** Whatever stands in a field, also nothing at all: a field that the vendor leaves out is one that is null. */
export const anything = z.unknown().optional();

/** A text with something in it; blanks around it are dropped. Anything else, or "N/A", is null. */
export const textOrNull = anything.transform((value) => {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' || text === 'N/A' ? null : text;
});

/** An id that the vendor writes as a number or a text; never empty. */
export const idText = z
  .union([z.string(), z.number().int()])
  .transform(String)
  .refine((text) => text.length > 0 && text.length <= 256, 'an id');

/** A whole number, also where it comes as a text: 443 or "443". */
export const wholeNumber = z
  .union([z.number(), z.string().regex(/^-?\d+$/)])
  .transform(Number)
  .refine(Number.isSafeInteger, 'a whole number');

/** A whole number, or null where there is none that can be read. */
export const wholeNumberOrNull = anything.transform((value) => {
  const parsed = wholeNumber.safeParse(value);
  return parsed.success ? parsed.data : null;
});

/** A TCP port, also as a text; null where there is none that can be read. */
export const portOrNull = wholeNumberOrNull.transform((port) =>
  port !== null && port >= 1 && port <= 65_535 ? port : null,
);

/** A truth that comes as true, 1, "1" or "true". */
export const truth = anything.transform((value) => [true, 1, '1', 'true'].includes(value as never));

/** An ISO 8601 instant with a zone; null where it cannot be read. */
export const instantOrNull = anything.transform((value) => {
  if (typeof value !== 'string' || !/(Z|[+-]\d\d:?\d\d)$/.test(value)) return null;
  return validDate(new Date(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
});

/** The date where it is one that can be shown, else null. */
export function validDate(date: Date): Date | null {
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 1
    ? null
    : date;
}

/** The value of an answer's envelope. Throws VENDOR_UNAVAILABLE, which names the operation but not the content. */
export function parseEnvelope<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new DrawbridgeError(
    'VENDOR_UNAVAILABLE',
    `The vendor's answer for ${what} does not have the documented shape (${problemOf(parsed.error)}).`,
  );
}

/** A row of a list, or undefined where it cannot be read; then `dropped` is told which field, never its value. */
export function parseRow<T>(
  schema: z.ZodType<T>,
  row: unknown,
  what: string,
  dropped: (row: DroppedRow) => void,
): T | undefined {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  dropped({ what, problem: problemOf(parsed.error) });
  return undefined;
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? 'the whole' : path}: ${issue?.code ?? 'unreadable'}`;
}
