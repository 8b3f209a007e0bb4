import type { CallContext, Transport, VendorRequest, VendorResponse } from '../../src/transport/transport';
import type { DriverTools, DroppedRow } from '../../src/vendors/driver';
import { START } from './manual-clock';

/** What a script answers to a request. */
export type Script = (request: VendorRequest, nth: number) => VendorResponse | Promise<VendorResponse>;

/** A transport without a network: it keeps what was sent, and answers what the test's script says. */
export class ScriptedTransport implements Transport {
  readonly requests: VendorRequest[] = [];
  readonly contexts: CallContext[] = [];

  constructor(readonly script: Script) {}

  async send(request: VendorRequest, context: CallContext): Promise<VendorResponse> {
    this.requests.push(request);
    this.contexts.push(context);
    return this.script(request, this.requests.length - 1);
  }

  /** Each request as a line: method, path with its values, and query as it stands. */
  get lines(): readonly string[] {
    return this.requests.map(lineOf);
  }
}

/** A transport that gives one answer after the other, and fails the test where there is none left. */
export function answersInTurn(...answers: readonly VendorResponse[]): ScriptedTransport {
  return new ScriptedTransport((request, nth) => {
    const answer = answers[nth];
    if (answer === undefined) throw new Error(`no answer was prepared for ${lineOf(request)}`);
    return answer;
  });
}

/** What a driver is made from, on a scripted transport; the time is that of a manual clock at its start. */
export function toolsOn(transport: ScriptedTransport, dropped: DroppedRow[] = []): DriverTools {
  return { transport, dropped: (row) => dropped.push(row), now: () => START };
}

/** An answer as the transport hands it on. */
export function answer(
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): VendorResponse {
  return { status, headers, body };
}

/** A request as a line. */
export function lineOf({ endpoint, params, query }: VendorRequest): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (whole, name: string) => params?.[name] ?? whole);
  const search = (query ?? []).map(([name, value]) => `${name}=${value}`).join('&');
  return `${endpoint.method} ${path}${search === '' ? '' : `?${search}`}`;
}
