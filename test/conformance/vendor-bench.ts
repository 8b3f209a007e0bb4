import { DrawbridgeError, type ErrorCode } from '../../src/domain/errors';
import { settle } from '../../src/domain/outcome';
import type { RemoteAccessFacts } from '../../src/domain/remote-access';
import type { CallContext, VendorResponse } from '../../src/transport/transport';
import type {
  AccountSettings,
  DevicePage,
  DeviceRecord,
  Driver,
  DroppedRow,
  VendorModule,
} from '../../src/vendors/driver';
import { START } from '../support/manual-clock';
import { type Script, ScriptedTransport } from '../support/scripted-transport';

/** What a vendor has to tell about itself to be held against the rules of `src/vendors/driver.ts`. */
export interface VendorExample {
  readonly module: VendorModule;
  readonly settings: AccountSettings;
  /** Ids in the vendor's form. */
  readonly ids: readonly [string, string, string];
  /** A way in, where the vendor can restrict any to an address one that it can. */
  readonly access: RemoteAccessFacts;
  /** A row of the device list, as the vendor sends it. */
  row(id: string): Readonly<Record<string, unknown>>;
  /** A row that names no device. `secret` stands in it somewhere. */
  brokenRow(secret: string): unknown;
  /** The body of a page of the device list; `total`: as many match, wherever the page lies. */
  page(rows: readonly unknown[], more: boolean, total: number): unknown;
  /** An error's body in the vendor's form, `text` being its prose. */
  refusal(text: string): unknown;
  /** Answers a look-up by id, where the driver has one: the devices that exist. */
  readonly lookUp?: (existing: readonly string[]) => Script;
}

/** Stands in bodies, and must stand nowhere else. */
export const SECRET = 'pl4nt3d-s3cr3t';

/** Nobody in particular. */
export const CONTEXT: CallContext = {};

/** A driver on a scripted transport, and what it did there. */
export interface Bench {
  readonly driver: Driver;
  readonly transport: ScriptedTransport;
  readonly dropped: DroppedRow[];
  /** The first page, at most `limit` rows. */
  list(limit?: number): Promise<DevicePage>;
}

/** Makes a bench from one answer to everything, or from a script. */
export type MakeBench = (script: Script | VendorResponse) => Bench;

/** Puts a vendor's driver on a bench. */
export function setUp(example: VendorExample, script: Script | VendorResponse): Bench {
  const transport = new ScriptedTransport(typeof script === 'function' ? script : () => script);
  const dropped: DroppedRow[] = [];
  const driver = example.module.createDriver(example.settings, {
    transport,
    dropped: (row) => dropped.push(row),
    now: () => START,
  });
  return {
    driver,
    transport,
    dropped,
    list: (limit = 100) => driver.listDevices({ offset: 0, limit }, CONTEXT),
  };
}

/** The ids of a page's rows, undefined for one that was dropped. */
export function idsOf(page: DevicePage): readonly (string | undefined)[] {
  return page.rows.map((row) => row?.facts.vendorDeviceId);
}

/** The rows that could be read; at least one. */
export function recordsOf(page: DevicePage): readonly DeviceRecord[] {
  const records = page.rows.flatMap((row) => (row === undefined ? [] : [row]));
  expect(records).not.toHaveLength(0);
  return records;
}

/** What a call failed with. */
export async function errorOf(promise: Promise<unknown>): Promise<DrawbridgeError> {
  const outcome = await settle(promise);
  if (outcome.ok) throw new Error('it did not fail');
  expect(outcome.error).toBeInstanceOf(DrawbridgeError);
  return outcome.error;
}

/** The code that a call failed with. */
export async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  return (await errorOf(promise)).code;
}

/** The page's envelope with its list of rows put out of shape. */
export function damage(page: unknown): Readonly<Record<string, unknown>> {
  const lists = Object.entries(Object(page)).filter(([, value]) => Array.isArray(value));
  return Object.fromEntries(lists.map(([name]) => [name, SECRET]));
}
