import type { Capability } from '../../src/domain/capability';
import type { Driver } from '../../src/vendors/driver';
import { answer } from '../support/scripted-transport';
import type { MakeBench, VendorExample } from './vendor-bench';

/** The group of a driver that keeps each promise. */
const GROUPS: readonly (readonly [Capability, keyof Driver])[] = [
  ['CREATE_REMOTE_ACCESS', 'remoteAccessWrites'],
  ['UPDATE_REMOTE_ACCESS', 'remoteAccessWrites'],
  ['DELETE_REMOTE_ACCESS', 'remoteAccessWrites'],
  ['CREATE_LINK', 'links'],
  ['CLOSE_LINK', 'links'],
  ['VPN_STATUS', 'vpn'],
  ['VPN_CONTROL', 'vpnWrites'],
];

/** The rules of a vendor's door: what it declares, and that its driver can do it. */
export function describeModule(example: VendorExample, bench: MakeBench): void {
  const { module } = example;
  describeCapabilities(example, bench);
  const { configuration } = module;

  it('knows from the answer alone when its credentials ran out', () => {
    expect(module.isUnauthorized(answer(401))).toBe(true);
    for (const status of [400, 403, 404, 429, 500]) expect(module.isUnauthorized(answer(status))).toBe(false);
    const page = example.page([], false, 0);
    expect(module.isUnauthorized(answer(200, page))).toBe(false);
  });

  it('declares every setting that it names, and prints no secret', () => {
    const declared = Object.keys(configuration.settings);
    expect(declared).toEqual(expect.arrayContaining([...configuration.madeBy]));
    expect(configuration.missing(new Set(declared))).toBeUndefined();
    expect(declared).toContain(configuration.missing(new Set()));
    for (const [name, { kind }] of Object.entries(configuration.settings)) {
      expect([name, kind === 'secret']).toEqual([name, /token|password|key$/i.test(name)]);
    }
  });

  it('names a source for every endpoint', () => {
    for (const { path, source, purpose, permission } of Object.values(module.catalogue)) {
      expect(path).toMatch(/^\//);
      for (const text of [source, purpose, permission]) expect(text).not.toBe('');
    }
  });
}

function describeCapabilities({ module, access }: VendorExample, bench: MakeBench): void {
  const { driver } = bench(answer(200));

  it.each(GROUPS)('promises %s exactly where its driver has %s', (capability, group) => {
    expect(module.capabilities.includes(capability)).toBe(driver[group] !== undefined);
  });

  it('promises links for one address exactly where its driver does not refuse them', () => {
    const request = { access, durationSeconds: 600, allowedIp: '203.0.113.7' };
    const isRefused = driver.links?.refuses(request) === 'ALLOWED_IP';
    expect(isRefused).toBe(!module.capabilities.includes('RESTRICT_LINK_TO_IP'));
    expect(driver.links?.refuses({ ...request, allowedIp: null })).toBeUndefined();
  });

  it('writes one thing a call, and lets nobody take an old answer for it', () => {
    const writes = Object.values(module.catalogue).filter(({ method }) => method !== 'GET');
    for (const { freshness, batch, anonymous } of writes) {
      expect([freshness, batch]).toEqual(['none', anonymous === true ? 'account' : 1]);
    }
  });
}
