import type { CallerPolicy } from '../graph/limits/caller-limits';

/**
 * What a caller may still do, in the header fields of the IETF draft "RateLimit header fields for HTTP": a policy is its
 * quota `q` in a window of `w` seconds; of each remain `r`, and all is there again in `t` seconds. None without limits.
 */
export function rateHeaders(policies: readonly CallerPolicy[]): Readonly<Record<string, string>> {
  if (policies.length === 0) return {};
  return {
    'ratelimit-policy': policies.map(({ name, perMinute }) => `"${name}";q=${perMinute};w=60`).join(', '),
    ratelimit: policies
      .map(({ name, remaining, fullInSeconds }) => `"${name}";r=${remaining};t=${fullInSeconds}`)
      .join(', '),
  };
}
