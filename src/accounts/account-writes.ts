import type { CallPurpose } from '../domain/allowance';
import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { LinkReference, LinkRequest, OpenedLink } from '../domain/link';
import type { Reading } from '../domain/reading';
import type {
  NewRemoteAccess,
  RemoteAccess,
  RemoteAccessChanges,
  RemoteAccessFacts,
} from '../domain/remote-access';
import type { VpnFacts } from '../domain/vpn';
import type { CallContext } from '../transport/transport';
import type { ActionName } from '../vendors/catalogue';
import type { Driver, Step, WrittenAccess } from '../vendors/driver';
import type { AccountOptions } from './account-tools';
import { actionContextOf } from './call-context';
import type { FollowedChange, KeyedReads } from './keyed-reads';
import type { SessionReads } from './session-reads';
import { ACTION_DEADLINE_MS, finish } from './steps';

/** What of an account's memory has to follow a change. */
export interface Memory {
  /** The ways in, by device. */
  readonly accesses: KeyedReads<readonly RemoteAccessFacts[]>;
  /** The links, by way in. */
  readonly sessions: SessionReads;
  learnVpn(vendorDeviceId: string, facts: VpnFacts): void;
}

/**
 * The actions of one account. Each names the account in its errors, waits for what the vendor carries out later, and
 * leaves the account's memory as the vendor's answer told. Throws UNSUPPORTED_BY_VENDOR where the vendor has no such
 * action; VENDOR_TIMEOUT and VENDOR_UNAVAILABLE mean that nobody knows whether the action was carried out.
 */
export class AccountWrites {
  constructor(
    private readonly options: AccountOptions,
    private readonly memory: Memory,
    private readonly toAccess: (facts: RemoteAccessFacts) => RemoteAccess,
  ) {}

  /** True where the vendor ends a link by itself at the end that was asked for. */
  get linksEndOnTime(): boolean {
    return this.options.driver.links?.endsOnTime === true;
  }

  /** True where the links of a way in can be looked at. */
  get listsOpenLinks(): boolean {
    return this.options.driver.links?.listsOpen === true;
  }

  /** True where it is looked at before opening whether what carries a link runs already. */
  get looksBeforeOpening(): boolean {
    return this.options.driver.links?.found !== undefined;
  }

  /** Why the vendor cannot open such a link; undefined: it can. */
  refuses(request: LinkRequest): 'ALLOWED_IP' | undefined {
    return this.options.driver.links?.refuses(request);
  }

  /** Notes the calls of an action as if they went out: at most, or at least so many. */
  imagine(action: ActionName, isEager: boolean, reading: Reading): void {
    const { driver, catalogue, key: account } = this.options;
    for (const { operation, least, most } of driver.actionCosts?.[action] ?? []) {
      const endpoint = catalogue[operation];
      if (endpoint === undefined) throw new Error(`the catalogue of ${account} has no ${operation}`);
      const { method, path: route } = endpoint;
      for (let call = 0; call < (isEager ? most : least); call += 1) {
        reading.note?.({ account, method, route, keys: 1, status: null, ms: 0, from: 'VENDOR' });
      }
    }
  }

  async createAccess(access: NewRemoteAccess, reading: Reading): Promise<RemoteAccess> {
    const writes = this.#group('remoteAccessWrites');
    const began = this.memory.accesses.cache.begin();
    const { access: made, listed } = await this.#act(reading, (context) => writes.create(access, context));
    this.#follow(made, { began, listed, patch: (others) => [...without(others, made), made] });
    return this.toAccess(made);
  }

  async updateAccess(
    before: RemoteAccess,
    changes: RemoteAccessChanges,
    reading: Reading,
  ): Promise<RemoteAccess> {
    const writes = this.#group('remoteAccessWrites');
    const began = this.memory.accesses.cache.begin();
    const { access, listed } = await this.#act(reading, (context) => writes.update(before, changes, context));
    const patch = (others: readonly RemoteAccessFacts[]) =>
      others.map((other) => (other.localId === access.localId ? access : other));
    this.#follow(access, { began, listed, patch });
    return this.toAccess(access);
  }

  async removeAccess(
    access: Pick<RemoteAccess, 'localId' | 'vendorDeviceId'>,
    reading: Reading,
  ): Promise<void> {
    const writes = this.#group('remoteAccessWrites');
    const began = this.memory.accesses.cache.begin();
    const listed = await this.#act(reading, (context) => writes.remove(access, context));
    this.#follow(access, { began, listed, patch: (others) => without(others, access) });
  }

  /** The link over what runs already; undefined: nothing does, or that is not known before opening. */
  foundLink(request: LinkRequest, reading: Reading): Promise<OpenedLink | undefined> {
    const links = this.#group('links');
    return this.#act(reading, async (context) => ({ done: await links.found?.(request, context) }));
  }

  async openLink(request: LinkRequest, reading: Reading): Promise<OpenedLink> {
    const links = this.#group('links');
    const began = this.memory.sessions.begin();
    const { listing, ...link } = await this.#act(reading, (context) => links.open(request, context));
    if (listing !== undefined) this.memory.sessions.learn(request.access.localId, listing, began);
    return link;
  }

  /** The links of a way in that the vendor knows, for settling what got lost. */
  listedLinks(access: RemoteAccessFacts, reading: Reading): Promise<readonly OpenedLink[]> {
    const links = this.#group('links');
    return this.#act(ending(reading), async (context) => ({ done: await links.listed(access, context) }));
  }

  async closeLink(link: LinkReference, reading: Reading): Promise<void> {
    const links = this.#group('links');
    const began = this.memory.sessions.begin();
    const listing = await this.#act(ending(reading), (context) => links.close(link, context));
    if (listing !== null) this.memory.sessions.learn(link.accessLocalId, listing, began);
  }

  async connectVpn(vendorDeviceId: string, reading: Reading): Promise<VpnFacts> {
    const writes = this.#group('vpnWrites');
    const facts = await this.#act(reading, (context) => writes.connect(vendorDeviceId, context));
    this.memory.learnVpn(vendorDeviceId, facts);
    return facts;
  }

  async disconnectVpn(vendorDeviceId: string, reading: Reading): Promise<VpnFacts> {
    const writes = this.#group('vpnWrites');
    const facts = await this.#act(ending(reading), (context) => writes.disconnect(vendorDeviceId, context));
    this.memory.learnVpn(vendorDeviceId, facts);
    return facts;
  }

  /** What a link over the VPN told of it. */
  learnVpn(vendorDeviceId: string, facts: VpnFacts): void {
    this.memory.learnVpn(vendorDeviceId, facts);
  }

  /** Leaves the ways into a device as a change has left them. */
  #follow(
    { vendorDeviceId }: Pick<RemoteAccessFacts, 'vendorDeviceId'>,
    {
      began,
      listed,
      patch,
    }: Omit<FollowedChange<readonly RemoteAccessFacts[]>, 'value'> & Pick<WrittenAccess, 'listed'>,
  ): void {
    const { accesses } = this.memory;
    if (listed === null) accesses.patch(vendorDeviceId, patch);
    else accesses.follow(vendorDeviceId, { began, value: listed, patch });
  }

  #group<K extends 'remoteAccessWrites' | 'links' | 'vpnWrites'>(name: K): NonNullable<Driver[K]> {
    const group: Driver[K] = this.options.driver[name];
    if (group !== undefined) return group;
    throw new DrawbridgeError('UNSUPPORTED_BY_VENDOR', 'The vendor has no such action.', {
      source: this.#source,
    });
  }

  get #source(): { vendor: AccountOptions['vendor']; account: string } {
    return { vendor: this.options.vendor, account: this.options.key };
  }

  async #act<T>(reading: Reading, start: (context: CallContext) => Promise<Step<T>>): Promise<T> {
    const { clock } = this.options;
    const until = clock.monotonic() + ACTION_DEADLINE_MS;
    try {
      const first = start(actionContextOf({ ...reading, purpose: reading.purpose ?? 'action' }, until));
      // Whatever is left of the allowance: what was begun is looked after to its end.
      return await finish(first, { clock, context: actionContextOf(ending(reading), until), until });
    } catch (thrown) {
      throw asDrawbridgeError(thrown).from(this.#source);
    }
  }
}

/** Ends of links, and looking for what became of them, are never refused for want of an allowance. */
function ending(reading: Reading): Reading & { readonly purpose: CallPurpose } {
  return { ...reading, purpose: 'finish' };
}

function without(
  accesses: readonly RemoteAccessFacts[],
  gone: Pick<RemoteAccessFacts, 'localId'>,
): readonly RemoteAccessFacts[] {
  return accesses.filter(({ localId }) => localId !== gone.localId);
}
