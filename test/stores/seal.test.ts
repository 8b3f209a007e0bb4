import fc from 'fast-check';

import { createSealer, KEY_BYTES } from '../../src/stores/seal';

const LABEL = 'rms:session:1';

function sealerOf(names: string, warn: (message: string) => void = () => {}) {
  const words = names.split(',');
  return createSealer({ keys: words.map((word) => Buffer.alloc(KEY_BYTES, word)), warn });
}

test('any text opens again under its label', () => {
  const sealer = sealerOf('key');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, label) => {
      const sealed = sealer.seal(text, label);
      expect(sealer.open(sealed, label)).toBe(text);
      expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]{22,}$/);
    }),
  );
});

test('the same text is never sealed the same way twice', () => {
  const sealer = sealerOf('key');
  expect(sealer.seal('https://a', LABEL)).not.toBe(sealer.seal('https://a', LABEL));
});

test('it does not open with another key, under another label, or changed', () => {
  const sealed = sealerOf('key').seal('https://a', LABEL);
  expect(sealerOf('another').open(sealed, LABEL)).toBeNull();
  expect(sealerOf('key').open(sealed, 'rms:session:2')).toBeNull();
  const [version, nonce, text = ''] = sealed.split('.');
  const flipped = `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
  for (const changed of [
    `${version}.${nonce}.${flipped}`,
    `v2.${nonce}.${text}`,
    `${version}.${nonce}`,
    '',
    '..',
  ]) {
    expect(sealerOf('key').open(changed, LABEL)).toBeNull();
  }
});

test('what cannot be opened is told once, without a word of it', () => {
  const warn = jest.fn();
  const sealed = sealerOf('key').seal('https://a', LABEL);
  const other = sealerOf('another', warn);
  other.open(sealed, LABEL);
  other.open(sealed, LABEL);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('STORE_KEY')]]);
  expect(String(warn.mock.calls)).not.toContain(sealed);
});

test('after a new key was put first, what was sealed before opens, and what is sealed anew needs the new one', () => {
  const old = sealerOf('old').seal('https://a', LABEL);
  const rotated = sealerOf('new,old');
  expect(rotated.open(old, LABEL)).toBe('https://a');
  const sealed = rotated.seal('https://b', LABEL);
  expect(sealerOf('new').open(sealed, LABEL)).toBe('https://b');
  expect(sealerOf('old').open(sealed, LABEL)).toBeNull();
});
