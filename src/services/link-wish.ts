import { badInput } from '../domain/errors';
import { formatId, parseId } from '../domain/ids';
import type { NewRemoteAccess, RemoteAccess } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Asking } from './link-book';
import type { CreateLinkRequest, OpenAccessRequest } from './link-inputs';
import { type LinkTools, USUAL_PORT } from './link-tools';
import { checkAddress, checkPort, checkPublicAddress, checkSeconds } from './policy';
import type { Asker, DeviceTarget } from './targets';

/** What a caller wants of a link, however the way in is found. */
export type LinkWish = Pick<CreateLinkRequest, 'durationSeconds' | 'allowedIp' | 'reason' | 'idempotencyKey'>;

/** A link that a caller wants, once its device and way in are known. */
export interface Wanted extends DeviceTarget {
  /** Null where one has to be made. */
  readonly access: RemoteAccess | null;
  readonly create: NewRemoteAccess | null;
  readonly input: LinkWish;
  readonly asker: Asker;
  readonly action: string;
  /** The port to point a client at where the vendor names none. */
  readonly port: number | null;
}

const LONGEST_REASON = 1000;
const LONGEST_KEY = 200;

/** Throws BAD_USER_INPUT for what cannot be right, whatever is known of devices and policy. */
export function checkCreateLink(input: CreateLinkRequest): void {
  parseId(input.remoteAccessId, 'access');
  checkWish(input);
}

/** The same for openAccess. */
export function checkOpenAccess(input: OpenAccessRequest): void {
  parseId(input.deviceId, 'device');
  checkWish(input);
  if (input.port !== null && input.port !== undefined) checkPort(input.port);
  if (input.host !== null && input.host !== undefined) checkAddress(input.host);
}

function checkWish({ durationSeconds, allowedIp, reason, idempotencyKey }: LinkWish): void {
  checkSeconds(durationSeconds);
  if (allowedIp !== null && allowedIp !== undefined) checkPublicAddress(allowedIp);
  if ((reason?.length ?? 0) > LONGEST_REASON)
    throw badInput(`reason has at most ${LONGEST_REASON} characters.`);
  if (idempotencyKey === '' || (idempotencyKey?.length ?? 0) > LONGEST_KEY)
    throw badInput(`idempotencyKey has 1 to ${LONGEST_KEY} characters.`);
}

/** Under what the caller's key, if any, is looked for, and what must come with it again. */
export function keyedBy(
  { principal }: Asker,
  action: string,
  wish: LinkWish,
): Pick<Asking, 'principal' | 'action' | 'input' | 'idempotencyKey'> {
  const { idempotencyKey = null, ...input } = wish;
  return { principal, action, input, idempotencyKey };
}

/** The way in that openAccess makes where none fits. Throws BAD_USER_INPUT where host or port is missing. */
export function newAccessFor(
  { device }: DeviceTarget,
  { protocol, host, port }: OpenAccessRequest,
  newId: () => string,
): NewRemoteAccess {
  const at = port ?? USUAL_PORT[protocol];
  if (host === null || host === undefined || at === null) {
    throw badInput('No way in fits: host and port are needed to make one.');
  }
  // The name tells it apart from every other, should it have to be found again.
  const name = `${protocol.toLowerCase()}-${at}-${newId().slice(0, 8)}`;
  return { vendorDeviceId: device.vendorDeviceId, name, protocol, host, port: at };
}

/** The session as it stands before its vendor is asked. */
export function pendingSession(
  { account, access, device, input, asker }: Wanted,
  { clock, newId }: Pick<LinkTools, 'clock' | 'newId'>,
): LinkRecord {
  const now = new Date(clock.now());
  return {
    id: formatId(account.key, 'session', `g-${newId()}`),
    account: account.key,
    vendor: account.vendor,
    deviceId: device.id,
    remoteAccessId: access?.id ?? null,
    vendorRef: null,
    connectionRef: null,
    foundRunning: false,
    endOwed: false,
    accessOwed: false,
    allowedIp: input.allowedIp ?? null,
    url: null,
    host: null,
    port: null,
    status: 'PENDING',
    createdAt: now,
    expiresAt: new Date(now.getTime() + input.durationSeconds * 1000),
    createdBy: asker.principal.subject,
    reason: input.reason ?? null,
    observedAt: now,
  };
}
