import type { Prng } from '../prng';

/** Writes a positive number the way the vendor writes its ids: base64url of its bytes, without padding ("AQ" is 1). */
export function encodeId(value: bigint): string {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  // A leading bit would read as a minus.
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return signed.toString('base64url');
}

/** Reads such an id back; the vendor's messages show ids as decimals. */
export function decodeId(id: string): bigint {
  const digits = Buffer.from(id, 'base64url').toString('hex');
  return digits === '' ? 0n : BigInt(`0x${digits}`);
}

/** Draws an id of eight bytes. */
export function drawId(prng: Prng): string {
  return encodeId(BigInt(`0x${prng.text('1234567', 1)}${prng.hex(15)}`));
}
