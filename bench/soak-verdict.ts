/** What the process held at one moment. */
export interface SoakSample {
  /** Of the heap, after a collection of garbage. */
  readonly heapMB: number;
  /** Sockets, timers and so on that keep the process alive: shape: kind to count. */
  readonly resources: Readonly<Record<string, number>>;
}

/** What a soak came to. */
export interface SoakOutcome {
  /** While nobody asked anything yet. */
  readonly before: SoakSample;
  /** While the load went on, one every half minute. */
  readonly during: readonly SoakSample[];
  /** A minute after the load. */
  readonly afterwards: SoakSample;
  /** What still keeps the process alive once everything was closed. */
  readonly closed: SoakSample['resources'];
  /** Promises that were rejected and that nobody looked after. */
  readonly rejections: number;
  /** Of the process, such as too many listeners. */
  readonly warnings: readonly string[];
  /** Operations that came to INTERNAL_SERVER_ERROR, or to no answer although nobody left. */
  readonly failed: number;
}

/** Connections that are kept open for the next call come and go. */
const FEW = 5;

/** A heap that has been warm for a quarter of the time grows no more than this, by both measures. */
const GROWTH_MB = 15;
const GROWTH_SHARE = 0.2;

/** What stays when everything was closed: the streams of the process itself. */
const OWN_STREAMS: ReadonlySet<string> = new Set(['PipeWrap', 'TTYWrap']);

/** What a soak shows to be wrong, one sentence each; none: all is well. */
export function soakVerdict(outcome: SoakOutcome): readonly string[] {
  const { before, during, afterwards, closed, rejections, warnings, failed } = outcome;
  const wrong: string[] = [];
  if (rejections > 0) wrong.push(`${rejections} rejections were nobody's.`);
  if (warnings.length > 0) wrong.push(`The process warned: ${warnings.join('; ')}.`);
  if (failed > 0) wrong.push(`${failed} operations came to no answer, or to one that nobody foresaw.`);
  for (const [kind, count] of Object.entries(afterwards.resources)) {
    const first = before.resources[kind] ?? 0;
    if (count > first + FEW) wrong.push(`${kind}: ${count} a minute after the load, ${first} before it.`);
  }
  for (const [kind, count] of Object.entries(closed)) {
    if (!OWN_STREAMS.has(kind)) wrong.push(`${kind}: ${count} once everything was closed.`);
  }
  const quarter = Math.floor(during.length / 4);
  const early = middleOf(during.slice(quarter, 2 * quarter));
  const late = middleOf(during.slice(-quarter));
  if (quarter > 0 && late - early > GROWTH_MB && late > early * (1 + GROWTH_SHARE)) {
    wrong.push(`The heap grew from ${early} MB in the second quarter of the time to ${late} MB in the last.`);
  }
  return wrong;
}

/** The one in the middle, which a moment's peak does not move. */
function middleOf(samples: readonly SoakSample[]): number {
  const sorted = samples.map(({ heapMB }) => heapMB).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
