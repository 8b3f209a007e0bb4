import type { OperationWishes } from '../graph/context';

/**
 * What the headers of a request wish for: `cache-control: max-age=5` (nothing older than 5 s), `no-cache` (ask now),
 * `x-explain: 1` (tell the vendor calls) or `plan` (tell them and do nothing). What cannot be read is no wish.
 */
export function readWishes(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  oldestSeconds: number,
): OperationWishes {
  const seconds = maxAgeSeconds(String(headers['cache-control'] ?? ''));
  return {
    explain: headers['x-explain'] === '1',
    ...(headers['x-explain'] === 'plan' ? { plan: true } : {}),
    ...(seconds === undefined ? {} : { maxAgeMs: Math.min(seconds, oldestSeconds) * 1000 }),
  };
}

function maxAgeSeconds(header: string): number | undefined {
  const directives = header
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.includes('no-cache') || directives.includes('no-store')) return 0;
  for (const directive of directives) {
    const [, seconds] = /^max-age="?(\d{1,9})"?$/.exec(directive) ?? [];
    if (seconds !== undefined) return Number(seconds);
  }
  return undefined;
}

/**
 * What the `extensions` of an operation over a WebSocket wish for: `{"maxAgeSeconds": 5, "explain": true}` mean what
 * the headers of a request do; so does `"explain": "plan"`.
 */
export function readSocketWishes(
  { maxAgeSeconds: seconds, explain }: Readonly<Record<string, unknown>>,
  oldestSeconds: number,
): OperationWishes {
  const isAge = typeof seconds === 'number' && seconds >= 0;
  return {
    explain: explain === true,
    ...(explain === 'plan' ? { plan: true } : {}),
    ...(isAge ? { maxAgeMs: Math.min(seconds, oldestSeconds) * 1000 } : {}),
  };
}
