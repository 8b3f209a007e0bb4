/**
 * Texts as every database keeps them: PostgreSQL refuses the character NUL, SQLite ends the text there, and neither
 * knows half of a surrogate pair. They become the replacement character, in what is written and in what is asked for.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The same for what may be missing. */
export function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}
