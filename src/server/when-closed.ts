import type { ServerResponse } from 'node:http';

/** Calls back once a response is through, or its caller has gone: at once where that happened before. */
export function whenClosed(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.once('close', then);
}
