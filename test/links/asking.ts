import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { SCOPES, type Scope } from '../../src/domain/principal';
import type { CallLog } from '../../src/simulators/call-log';
import type { EverywareDevice } from '../../src/simulators/everyware/everyware-records';
import type { RemoteitRow } from '../../src/simulators/remoteit/remoteit-records';
import type { RmsAccess } from '../../src/simulators/rms/rms-records';
import type { Simulators } from '../../src/simulators/simulators';
import type { ManualClock } from '../support/manual-clock';
import type { GraphResult, QueryOptions } from '../support/service';

/** A link as the tests read it. */
export interface Link {
  readonly id: string;
  readonly status: string;
  readonly url: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly createdBy: string | null;
  readonly reason: string | null;
}

export const LINK = 'id status url host port createdAt expiresAt createdBy reason';

export const CREATE_LINK = `mutation ($input: CreateLinkInput!) { createLink(input: $input) { replayed session { ${LINK} } } }`;
export const OPEN_ACCESS = `mutation ($input: OpenAccessInput!) { openAccess(input: $input) { replayed session { ${LINK} } } }`;
export const CLOSE = `mutation ($id: ID!) { closeSession(id: $id) { session { ${LINK} } } }`;
export const READ_LINK = `query ($id: ID!) { session(id: $id) { ${LINK} } }`;

/** Whoever answers operations: a service, or one that stands on another's simulators. */
export interface Graph {
  query<T = Record<string, unknown>>(query: string, options?: QueryOptions): Promise<GraphResult<T>>;
}

export interface LinkAnswer {
  readonly session: Link;
  readonly replayed: boolean;
}

/** The data of an answer that must not have an error. */
export function dataOf<T>(answer: GraphResult<T>): T {
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** The code of an answer's only error; undefined where there is none. */
export function codeOf(answer: GraphResult<unknown>): unknown {
  if ((answer.errors?.length ?? 0) > 1) throw new Error(JSON.stringify(answer.errors));
  return answer.errors?.[0]?.extensions['code'];
}

export async function createLink(
  graph: Graph,
  remoteAccessId: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<LinkAnswer> {
  const variables = { input: { remoteAccessId, durationSeconds: 600, ...more } };
  return dataOf(await graph.query<{ createLink: LinkAnswer }>(CREATE_LINK, { variables, headers }))
    .createLink;
}

export async function openAccess(
  graph: Graph,
  deviceId: string,
  more: Readonly<Record<string, unknown>>,
): Promise<LinkAnswer> {
  const variables = { input: { deviceId, durationSeconds: 600, ...more } };
  return dataOf(await graph.query<{ openAccess: LinkAnswer }>(OPEN_ACCESS, { variables })).openAccess;
}

export async function closeSession(graph: Graph, id: string): Promise<Link> {
  const answer = await graph.query<{ closeSession: { session: Link } }>(CLOSE, { variables: { id } });
  return dataOf(answer).closeSession.session;
}

export async function readLink(graph: Graph, id: string): Promise<Link | null> {
  return dataOf(await graph.query<{ session: Link | null }>(READ_LINK, { variables: { id } })).session;
}

/** Reads every device with its ways in, newer than anything known: what follows costs no read of them. */
export async function learnFleet(graph: Graph): Promise<void> {
  const headers = { 'cache-control': 'no-cache' };
  dataOf(await graph.query('{ devices(first: 500) { nodes { id remoteAccesses { id } } } }', { headers }));
}

/** An RMS whose asynchronous writes are told as done at the first poll. */
export function hurry({ rms }: Simulators): void {
  Object.assign(rms.knobs, { channelSteps: 0, channelNotFoundPolls: 0 });
}

/** A new RMS device with one way in. */
export function addRouter(
  { rms: { state } }: Simulators,
  access: Partial<Omit<RmsAccess, 'id' | 'deviceId'>> = {},
): {
  readonly device: string;
  readonly access: string;
  readonly deviceId: number;
  readonly accessId: number;
} {
  const { id: deviceId } = state.addDevice();
  const { id: accessId } = state.addAccess({ deviceId, ...access });
  return {
    device: `rms:device:${deviceId}`,
    access: `rms:access:${deviceId}:${accessId}`,
    deviceId,
    accessId,
  };
}

/** A new row of remote.it: SSH, unless told. */
export function addService(
  { remoteit: { state } }: Simulators,
  row: Partial<RemoteitRow> = {},
): { readonly device: string; readonly access: string; readonly address: string } {
  const { address } = state.addRow(row);
  return { device: `remoteit:device:${address}`, access: `remoteit:access:${address}`, address };
}

export const WEB_ROW = { title: 'HTTPS', applicationType: 8, port: 443 } as const;

/** A new gateway of Everyware Cloud whose VPN is down. */
export function addGateway(
  { everyware: { state } }: Simulators,
  gateway: Partial<EverywareDevice> = {},
): {
  readonly device: string;
  readonly access: string;
  readonly id: string;
} {
  const { id } = state.addDevice(gateway);
  return { device: `everyware:device:${id}`, access: `everyware:access:${id}`, id };
}

/** The calls since the last reset: method, path, and query and body where there are any. Names of channels are left out. */
export function callsOf({ entries }: CallLog): readonly Readonly<Record<string, unknown>>[] {
  return entries.map(({ method, path, query, body }) => ({
    call: `${method} ${path.replace(/(\/status\/channel\/).+/, '$1*')}`,
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(body === undefined ? {} : { body }),
  }));
}

/** Forgets the calls so far. */
export function resetCalls({ rms, remoteit, everyware }: Simulators): void {
  for (const { calls } of [rms, remoteit, everyware]) calls.reset();
}

/** The calls at all vendors. */
export function countCalls({ rms, remoteit, everyware }: Simulators): number {
  return rms.calls.total + remoteit.calls.total + everyware.calls.total;
}

/** The calls at all vendors that are no plain reads and no logins. */
export function writesOf({ rms, remoteit, everyware }: Simulators): readonly string[] {
  return [rms, remoteit, everyware]
    .flatMap(({ calls }) => calls.entries.map(({ route }) => route))
    .filter((route) => !route.startsWith('GET ') && !/login|authentication/.test(route));
}

/** One caller of a token file; its token is its subject. */
export interface Caller {
  readonly subject: string;
  readonly scopes?: readonly Scope[];
  readonly accounts?: readonly string[];
}

/** Writes a token file, and answers the variables with which a service reads it. */
export function tokensFile(file: string, callers: readonly Caller[]): Record<string, string | undefined> {
  const tokens = callers.map(({ subject, scopes = SCOPES, accounts }) => ({
    sha256: createHash('sha256').update(subject).digest('hex'),
    subject,
    scopes,
    ...(accounts === undefined ? {} : { accounts }),
  }));
  writeFileSync(file, JSON.stringify(tokens));
  return { AUTH_DISABLED: undefined, AUTH_TOKENS_FILE: file };
}

/** The headers with which a caller of a token file comes. */
export function as(subject: string): { readonly authorization: string } {
  return { authorization: `Bearer ${subject}` };
}

/** Waits until something is so, at most so many seconds: the service works meanwhile. */
export async function until(what: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not so within ${seconds} s: ${what}`);
    await turn();
  }
}

/** What runs in this process, and the clock by which it does. */
export interface Moved {
  readonly simulators: Simulators;
  readonly clock: ManualClock;
}

/** Turns of the event loop in which nothing moves before nothing will: an answer takes a few. */
const STILL_TURNS = 150;

/** Lets what the service does by itself come to rest, until it waits for the clock or for a vendor that keeps it. */
export async function rest({ simulators: { rms, remoteit, everyware }, clock }: Moved): Promise<void> {
  const logs = [rms, remoteit, everyware].map(({ calls }) => calls);
  let last = '';
  for (let still = 0; still < STILL_TURNS; still += 1) {
    await turn();
    const now = [...logs.map(({ total, inFlight }) => `${total}:${inFlight}`), clock.made].join();
    if (now !== last) still = 0;
    last = now;
  }
}

/** Moves the clock on in small steps, lets the service work after each, and stops early once something is so. */
export async function pass(
  moved: Moved,
  seconds: number,
  isSo: () => boolean | Promise<boolean> = () => false,
): Promise<void> {
  for (let left = seconds * 1000; left > 0 && !(await isSo()); left -= STEP_MS) {
    moved.clock.advance(STEP_MS);
    await rest(moved);
  }
}

const STEP_MS = 500;
