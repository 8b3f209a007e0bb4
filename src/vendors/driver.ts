import type { Capability } from '../domain/capability';
import type { DeviceFacts, DeviceStatus } from '../domain/device';
import type { LinkReference, LinkRequest, OpenedLink } from '../domain/link';
import type { Outcome } from '../domain/outcome';
import type { NewRemoteAccess, RemoteAccessChanges, RemoteAccessFacts } from '../domain/remote-access';
import type { SessionFacts } from '../domain/session';
import type { Clock } from '../domain/time';
import type { Vendor } from '../domain/vendor';
import type { VpnFacts } from '../domain/vpn';
import type { Authenticator, CallContext, Transport, VendorResponse } from '../transport/transport';
import type { ActionCosts, Catalogue } from './catalogue';

/*
 * The file that the author of a vendor reads.
 *
 * A driver translates between one vendor's API and the graph's words, and does nothing else: it does not cache, log,
 * retry, sleep, or read the environment or the clock. What an account guarantees to it: lists of ids are not empty,
 * hold no id twice and are no longer than the catalogue's batch; every id passed `deviceKey`. What it guarantees:
 * the failure of one key is an outcome, the failure of the call a throw; an id that is missing in a Map does not
 * exist at the vendor; a row that cannot be read is dropped and reported, and its neighbours stand.
 */

/** A device as one row of the vendor's list tells it, and what came along for free. */
export interface DeviceRecord {
  readonly facts: DeviceFacts;
  /** What the vendor lets the graph do with this device. */
  readonly capabilities: readonly Capability[];
  /** Its ways in, where the row tells them; such a vendor's driver has no `remoteAccesses`. */
  readonly accesses?: readonly RemoteAccessFacts[];
  /** True where `vpn.status` can say something of it; false: null, and the vendor is not asked. */
  readonly vpnAnswers: boolean;
}

/** Which part of the account's device list is wanted. */
export interface DevicePageRequest {
  /** Rows to leave out, in the vendor's own order. */
  readonly offset: number;
  /** Rows to tell, at most the catalogue's batch. */
  readonly limit: number;
  /** Only devices with this status; one of the driver's `statusFilters`. */
  readonly status?: DeviceStatus;
}

/** One part of the device list. */
export interface DevicePage {
  /** A row each, in the vendor's order; undefined for a row that could not be read (it still holds its place). */
  readonly rows: readonly (DeviceRecord | undefined)[];
  /** All that match, where the vendor tells. */
  readonly total: number | null;
  /** True where nothing comes after these rows. */
  readonly last: boolean;
}

/** What was wrong with a row that was dropped. Never its content. */
export interface DroppedRow {
  readonly what: string;
  readonly problem: string;
}

/** What a driver is made from. */
export interface DriverTools {
  readonly transport: Transport;
  /** Told of each row that could not be read. */
  readonly dropped: (row: DroppedRow) => void;
  /** When it is, for vendors that tell an end as seconds from their answer. Milliseconds since 1970. */
  readonly now: () => number;
}

/** Reading of ways in that are configured on devices, for vendors whose device rows do not tell them. */
export interface RemoteAccessReads {
  /** Shape: vendorDeviceId to its ways in; a device without any may be missing. */
  list(
    vendorDeviceIds: readonly string[],
    context: CallContext,
  ): Promise<ReadonlyMap<string, readonly RemoteAccessFacts[]>>;
  /** Takes the local part of an access id apart; undefined where it cannot be one. */
  parse(localId: string): { readonly vendorDeviceId: string } | undefined;
}

/** Reading of links from the vendor, for vendors that can list them. */
export interface SessionReads {
  /** The links of one way in, newest first. `usableOnly`: those that are over are left out. */
  list(accessLocalId: string, usableOnly: boolean, context: CallContext): Promise<SessionListing>;
}

/** The links of one way in, as its vendor lists them. */
export interface SessionListing {
  readonly sessions: readonly SessionFacts[];
  /** False where a row could not be read: what is not listed is then not known to be over. */
  readonly complete: boolean;
}

/** Reading of VPN states. */
export interface VpnReads {
  /** True where one call answers for the whole account, whatever is asked. */
  readonly wholeAccount: boolean;
  /** True where so many devices would be answered from a list of the account, where it has one. Left out: never. */
  readonly inBulk?: (devices: number) => boolean;
  /** Shape: vendorDeviceId to its state; null or missing: the vendor has no VPN for it. */
  status(
    vendorDeviceIds: readonly string[],
    context: CallContext,
  ): Promise<ReadonlyMap<string, Outcome<VpnFacts | null>>>;
}

/**
 * How far an action at the vendor has come. A driver never waits: where the vendor carries an action out later, it
 * tells how to look again and after how long; the account looks until it is done or its deadline has passed.
 */
export type Step<T> =
  | { readonly done: T }
  | { readonly afterMs: number; readonly again: (context: CallContext) => Promise<Step<T>> };

/** A way in that was made or changed. */
export interface WrittenAccess {
  readonly access: RemoteAccessFacts;
  /** All ways into its device, where the vendor was asked for them after the change; null: it was not. */
  readonly listed: readonly RemoteAccessFacts[] | null;
}

/** Configuring ways in. Not idempotent: a call is never repeated once its bytes may have left. */
export interface RemoteAccessWrites {
  create(access: NewRemoteAccess, context: CallContext): Promise<Step<WrittenAccess>>;
  update(
    before: RemoteAccessFacts,
    changes: RemoteAccessChanges,
    context: CallContext,
  ): Promise<Step<WrittenAccess>>;
  /** Done, with those that are left, once the vendor no longer lists it; one that is gone already is done. */
  remove(
    access: Pick<RemoteAccessFacts, 'localId'>,
    context: CallContext,
  ): Promise<Step<readonly RemoteAccessFacts[]>>;
}

/** A link that was opened. */
export interface ListedLink extends OpenedLink {
  /** The usable links of its way in, where the vendor was asked for them after it was there. */
  readonly listing?: SessionListing;
}

/** Opening and ending links. */
export interface LinkWrites {
  /** True where the vendor ends a link by itself at the end that was asked for; else the graph keeps the end. */
  readonly endsOnTime: boolean;
  /** True where the vendor can be asked which links there are; else opening again tells which one runs. */
  readonly listsOpen: boolean;
  /** Reasons for which a link cannot be as asked; undefined: it can. Asked before the vendor is. */
  refuses(request: LinkRequest): 'ALLOWED_IP' | undefined;
  /**
   * Looks whether what would carry the link runs already: then nothing has to be opened, and this is the link. Only
   * where links share a connection that is there for others too, and its state can be read.
   */
  readonly found?: (request: LinkRequest, context: CallContext) => Promise<OpenedLink | undefined>;
  /** Not idempotent where every call makes a link of its own; `now` is when the answer is read. */
  open(request: LinkRequest, context: CallContext): Promise<Step<ListedLink>>;
  /**
   * Looks which links of a way in there are, for settling what got lost: also those that are over, as far as the vendor
   * still knows them. Only where `listsOpen`.
   */
  listed(access: RemoteAccessFacts, context: CallContext): Promise<readonly OpenedLink[]>;
  /**
   * Done once the vendor has confirmed that it is over; one that it no longer knows is over. With the usable links of
   * the way in that are left, where the vendor was asked for them; null: it was not.
   */
  close(link: LinkReference, context: CallContext): Promise<Step<SessionListing | null>>;
}

/** Bringing a device's VPN up and down. */
export interface VpnWrites {
  connect(vendorDeviceId: string, context: CallContext): Promise<Step<VpnFacts>>;
  disconnect(vendorDeviceId: string, context: CallContext): Promise<Step<VpnFacts>>;
}

/** The capability interface: the mandatory few, and groups that are present or absent, so that no flag can lie. */
export interface Driver {
  /** True where `listDevices` always answers with the whole account in one call. */
  readonly listsWholeAccount: boolean;
  /** The statuses by which the vendor itself can filter, exactly as the graph means them. */
  readonly statusFilters: readonly DeviceStatus[];
  /** False where no device of this vendor can carry a tag: a filter by tag then asks nothing. */
  readonly hasTags: boolean;
  /** The form under which two spellings of a vendor's device id are one; undefined where it cannot be an id. */
  deviceKey(vendorDeviceId: string): string | undefined;
  listDevices(request: DevicePageRequest, context: CallContext): Promise<DevicePage>;
  /**
   * Devices by id; absent where the list is the only way. `batch` ids fit in one call. A missing id does not exist.
   * `besides`: the operation that is called once more for each device of which the answer leaves something out.
   */
  readonly devicesById?: {
    readonly batch: number;
    readonly besides?: string;
    get(
      vendorDeviceIds: readonly string[],
      context: CallContext,
    ): Promise<ReadonlyMap<string, Outcome<DeviceRecord>>>;
  };
  readonly remoteAccesses?: RemoteAccessReads;
  readonly sessions?: SessionReads;
  readonly vpn?: VpnReads;
  readonly remoteAccessWrites?: RemoteAccessWrites;
  readonly links?: LinkWrites;
  readonly vpnWrites?: VpnWrites;
  /** What the actions of the groups above cost, for plans. Left out: it has no action. */
  readonly actionCosts?: ActionCosts;
}

/** What the operator configured for one account: the values of the vendor's {@link VendorConfiguration}. */
export interface AccountSettings {
  readonly key: string;
  /** The text of a setting; throws where the declaration has no such text setting. */
  text(name: string): string;
  /** The text of a setting that may be left out. */
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

/** What an authenticator is made from: a transport that sends no credentials of its own. */
export interface AuthenticatorTools {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** How an account of a vendor is configured. */
export interface VendorConfiguration {
  /** The key of the account that the environment's shorthand variables make. */
  readonly shorthandKey: string;
  /** The vendor's own settings: name in the accounts file, variable of the shorthand, and an example for messages. */
  readonly settings: Readonly<Record<string, SettingDeclaration>>;
  /** Settings whose presence in the environment makes the shorthand account. */
  readonly madeBy: readonly string[];
  /** The name of a setting that is still needed beside those that are present; undefined: nothing is. */
  missing(present: ReadonlySet<string>): string | undefined;
}

/** One setting of a vendor's account. */
export interface SettingDeclaration {
  readonly variable?: string;
  /** `secret`: never printed. `url`: http or https. `address`: an IPv4 address. `flag`: true or false. */
  readonly kind: 'text' | 'secret' | 'url' | 'flag' | 'number' | 'address';
  readonly default?: string | number | boolean;
  readonly example: string;
}

/** Everything that the house knows of one vendor: the door of its folder. */
export interface VendorModule {
  readonly vendor: Vendor;
  /** The product's name, for people. */
  readonly title: string;
  readonly catalogue: Catalogue;
  readonly configuration: VendorConfiguration;
  /** Every capability that some device of this vendor may have. */
  readonly capabilities: readonly Capability[];
  createAuthenticator(settings: AccountSettings, tools: AuthenticatorTools): Authenticator;
  createDriver(settings: AccountSettings, tools: DriverTools): Driver;
  /** Where the `status` origin of the catalogue is; left out by vendors without one. */
  statusUrl?(settings: AccountSettings): string;
  /** True for an answer that may mean that the credentials ran out and new ones would be taken. */
  isUnauthorized(response: VendorResponse): boolean;
}
