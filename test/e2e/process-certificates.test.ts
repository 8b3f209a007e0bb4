import path from 'node:path';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { variablesOf } from '../support/service';
import { CERTIFICATES, startTlsFront, type TlsFront } from '../support/tls-front';
import { ask, Launcher } from './service-process';

const launcher = new Launcher();
let simulators: Simulators;
let fronts: readonly TlsFront[] = [];

afterEach(async () => {
  await launcher.cleanUp();
  for (const front of fronts) await front.close();
  await simulators.close();
});

interface Account {
  readonly account: string;
  readonly healthy: boolean;
  readonly lastError: string | null;
}

test('certificates of an authority of the operator’s own are taken, but not expired, nor for another host', async () => {
  simulators = await startSimulators({ devices: 9, latencyMs: 0 });
  const { rms, remoteit, everyware } = simulators;
  const expired = await startTlsFront('expired', rms.baseUrl);
  const otherHost = await startTlsFront('other-host', remoteit.baseUrl);
  const trusted = await startTlsFront('trusted', everyware.baseUrl);
  fronts = [expired, otherHost, trusted];
  const service = await launcher.launch({
    env: {
      ...variablesOf(simulators),
      AUTH_DISABLED: '1',
      NODE_EXTRA_CA_CERTS: path.join(CERTIFICATES, 'authority.pem'),
      RMS_BASE_URL: expired.url,
      REMOTEIT_BASE_URL: otherHost.url,
      EVERYWARE_BASE_URL: trusted.url,
    },
  });
  const url = await service.ready();
  const { data } = await ask<{
    devices: { nodes: readonly unknown[]; problems: readonly { account: string; code: string }[] };
  }>(url, '{ devices(first: 100) { nodes { id } problems { account code } } }');
  expect(data.devices.problems).toEqual([
    { account: 'remoteit', code: 'VENDOR_UNAVAILABLE' },
    { account: 'rms', code: 'VENDOR_UNAVAILABLE' },
  ]);
  expect(data.devices.nodes).toHaveLength(everyware.state.devices().length);
  expect([rms.calls.count(), remoteit.calls.count()]).toEqual([0, 0]);

  const told = await ask<{ vendorAccounts: readonly Account[] }>(
    url,
    '{ vendorAccounts { account healthy lastError } }',
  );
  const errorOf = (key: string) => told.data.vendorAccounts.find(({ account }) => account === key)?.lastError;
  expect(errorOf('rms')).toContain('CERT_HAS_EXPIRED');
  expect(errorOf('remoteit')).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(errorOf('everyware')).toBeNull();
});
