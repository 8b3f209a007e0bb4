import { type SoakOutcome, soakVerdict } from '../../bench/soak-verdict';

const sample = (
  heapMB: number,
  resources: Readonly<Record<string, number>> = { Timeout: 9, TCPServerWrap: 4 },
) => ({
  heapMB,
  resources,
});

const WELL: SoakOutcome = {
  before: sample(40),
  during: Array.from({ length: 20 }, (_, nth) => sample(nth === 7 ? 140 : 60, { TCPSocketWrap: 80 })),
  afterwards: sample(55, { Timeout: 11, TCPServerWrap: 4, TCPSocketWrap: 2 }),
  closed: { PipeWrap: 2 },
  rejections: 0,
  warnings: [],
  failed: 0,
};

test('a soak after which all is as before is well, also with a peak in between', () => {
  expect(soakVerdict(WELL)).toEqual([]);
});

test.each<[string, Partial<SoakOutcome>, RegExp]>([
  ['a rejection that is nobody’s', { rejections: 1 }, /1 rejections/],
  ['a warning of the process', { warnings: ['MaxListenersExceededWarning: …'] }, /MaxListeners/],
  ['an operation that nobody foresaw', { failed: 2 }, /2 operations/],
  ['timers that stay', { afterwards: sample(55, { Timeout: 60 }) }, /Timeout: 60 .* 9 before/],
  ['sockets that stay', { afterwards: sample(55, { TCPSocketWrap: 12 }) }, /TCPSocketWrap: 12 .* 0 before/],
  ['a server that is not closed', { closed: { PipeWrap: 2, TCPServerWrap: 1 } }, /TCPServerWrap: 1 once/],
  [
    'a heap that grows',
    { during: Array.from({ length: 20 }, (_, nth) => sample(60 + 3 * nth)) },
    /heap grew from/,
  ],
])('%s is said', (_, wrong, sentence) => {
  expect(soakVerdict({ ...WELL, ...wrong })).toEqual([expect.stringMatching(sentence)]);
});
