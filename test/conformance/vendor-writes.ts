import { DrawbridgeError } from '../../src/domain/errors';
import { settle } from '../../src/domain/outcome';
import type { CallContext, VendorResponse } from '../../src/transport/transport';
import type { Driver, Step } from '../../src/vendors/driver';
import { answer, type Script } from '../support/scripted-transport';
import { codeOf, errorOf, type MakeBench, SECRET, type VendorExample } from './vendor-bench';
import { CODES, GARBAGE } from './vendor-failures';

type Act = (driver: Driver, context: CallContext) => Promise<Step<unknown>>;

/** The rules that every action keeps that changes something at a vendor. */
export function describeWrites(example: VendorExample, bench: MakeBench): void {
  const started = (act: Act, script: Script | VendorResponse, context: CallContext = {}) => {
    const { driver, transport } = bench(script);
    return { transport, step: act(driver, context) };
  };
  describe.each(actionsOf(example, bench(answer(200)).driver))('%s', (_, act) => {
    it.each(GARBAGE)('takes garbage (%j) for no success', async (body) => {
      expect(await codeOf(started(act, answer(200, body)).step)).toBe('VENDOR_UNAVAILABLE');
    });

    // What a 404 means is each vendor's own: what is gone, or a path that is not known.
    it.each(CODES.filter(([status]) => status !== 404))(
      'answers status %i with %s and shows nothing of its body',
      async (status, code) => {
        for (const body of [undefined, example.refusal(SECRET), { [SECRET]: SECRET }, SECRET]) {
          const error = await errorOf(started(act, answer(status, body)).step);
          expect(error.code).toBe(code);
          expect(`${error.message} ${error.stack}`).not.toContain(SECRET);
        }
      },
    );

    it('is never tried a second time, whatever comes of it', async () => {
      const failure = new DrawbridgeError('VENDOR_TIMEOUT', 'The vendor did not answer in time.');
      const { transport, step } = started(act, () => Promise.reject(failure));
      await expect(step).rejects.toBe(failure);
      expect(transport.requests).toHaveLength(1);
      for (const [status] of CODES.filter(([known]) => known !== 404)) {
        const refused = started(act, answer(status));
        await settle(refused.step);
        const writes = refused.transport.requests.filter(({ endpoint }) => endpoint.method !== 'GET');
        expect(writes.length).toBeLessThanOrEqual(1);
      }
    });

    it('sends only endpoints of its catalogue, with every value of the path, on behalf of the caller', async () => {
      const context: CallContext = { note: () => undefined };
      const { transport, step } = started(act, answer(500), context);
      await settle(step);
      expect(transport.contexts.every((given) => given === context)).toBe(true);
      for (const { endpoint, params, headers } of transport.requests) {
        expect(Object.values(example.module.catalogue)).toContain(endpoint);
        const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(Object.keys(params ?? {})).toEqual(names);
        expect(headers).toBeUndefined();
      }
    });
  });
}

function actionsOf({ access, ids }: VendorExample, driver: Driver): readonly (readonly [string, Act])[] {
  const [vendorDeviceId] = ids;
  const wanted = { vendorDeviceId, name: 'Panel', protocol: 'SSH', host: '10.0.0.7', port: 22 } as const;
  const link = {
    accessLocalId: access.localId,
    vendorDeviceId: access.vendorDeviceId,
    vendorSessionId: null,
    connectionRef: '480101',
  };
  const request = { access, durationSeconds: 600, allowedIp: null };
  const { remoteAccessWrites: accesses, links, vpnWrites: vpn } = driver;
  const missing = () => Promise.reject(new Error('the driver has no such action'));
  const known: readonly (readonly [string, Act, unknown])[] = [
    ['opening a link', (on, context) => on.links?.open(request, context) ?? missing(), links],
    ['closing a link', (on, context) => on.links?.close(link, context) ?? missing(), links],
    [
      'creating a way in',
      (on, context) => on.remoteAccessWrites?.create(wanted, context) ?? missing(),
      accesses,
    ],
    [
      'changing a way in',
      (on, context) => on.remoteAccessWrites?.update(access, { port: 23 }, context) ?? missing(),
      accesses,
    ],
    [
      'deleting a way in',
      (on, context) => on.remoteAccessWrites?.remove(access, context) ?? missing(),
      accesses,
    ],
    ['connecting a VPN', (on, context) => on.vpnWrites?.connect(vendorDeviceId, context) ?? missing(), vpn],
    [
      'disconnecting a VPN',
      (on, context) => on.vpnWrites?.disconnect(vendorDeviceId, context) ?? missing(),
      vpn,
    ],
  ];
  return known.flatMap(([name, act, group]) => (group === undefined ? [] : [[name, act] as const]));
}
