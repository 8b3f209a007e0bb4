import { drawPlacement, drawPrivateIp } from '../fleet-naming';
import type { Prng } from '../prng';
import { drawId } from './everyware-ids';
import {
  type EverywareConnection,
  type EverywareConnectionStatus,
  type EverywareDevice,
  hasVpnClient,
} from './everyware-records';
import type { EverywareState } from './everyware-state';

const DAY_MS = 86_400_000;

const MODELS: readonly (readonly [
  modelId: string | null,
  modelName: string | null,
  firmware: string | null,
])[] = [
  ['reliagate-10-14', 'ReliaGATE 10-14', '4.2.1'],
  ['reliagate-10-20', 'ReliaGATE 10-20', '35.0.0'],
  ['boltgate-20-31', 'BoltGATE 20-31', '7.1.3'],
  ['dynagate-20-30', 'N/A', 'N/A'],
  ['ESF-Docker-RHEL', 'ESF-Docker-RHEL', 'N/A'],
  [null, null, null],
];

const APPLICATIONS: readonly (string | null)[] = [
  'heaterPROV-V2DEPLOY-V2VPNCLIENT-V2CONF-V1CERT-V1ASSET-V1CMD-V1',
  'PROV-V2DEPLOY-V2VPNCLIENT-V2TAP-V1CONF-V1CMD-V1',
  'PROV-V2VPNCLIENT-V2CONF-V1',
  'PROV-V2DEPLOY-V2CONF-V1CMD-V1',
  null,
];

/** Fills the state with a believable fleet of that many gateways. */
export function populateEveryware(state: EverywareState, prng: Prng, size: number): void {
  const now = state.now();
  for (let index = 0; index < size; index += 1) {
    const device = state.addDevice(drawDevice(prng, { now, index }));
    // The first gateway's tunnel is always up, so that a fleet of any size shows one.
    const isUp = index === 0 || prng.chance(0.25);
    if (isUp && hasVpnClient(device) && device.connection?.status === 'CONNECTED')
      state.connectVpn(device.id);
  }
  if (size > 1) state.addWorkstation();
}

function drawDevice(
  prng: Prng,
  { now, index }: { readonly now: number; readonly index: number },
): EverywareDevice {
  const { site, siteSlug, machine, machineSlug } = drawPlacement(prng);
  const first = index === 0;
  const [modelId, modelName, firmwareVersion] = prng.pick(MODELS);
  const createdOn = now - prng.int(5, 1400) * DAY_MS;
  const connection = drawConnection(prng, { now, createdOn, first });
  const isSilent = connection === null;
  return {
    id: drawId(prng),
    clientId: `${siteSlug}-${machineSlug}-${String(index + 1).padStart(4, '0')}`,
    displayName: prng.chance(0.45) ? null : `${machine}, ${site}`,
    status: prng.chance(0.95) ? 'ENABLED' : 'DISABLED',
    connection,
    serialNumber: isSilent
      ? null
      : prng.pick(['N/A', `EUR${prng.text('0123456789', 8)}`, `EUR${prng.text('0123456789', 8)}`]),
    modelId: isSilent ? null : modelId,
    modelName: isSilent ? null : modelName,
    firmwareVersion: isSilent ? null : firmwareVersion,
    biosVersion: isSilent ? null : 'N/A',
    osVersion: isSilent ? null : prng.pick(['5.15.71', '4.9.184-linuxkit', '6.1.55']),
    connectionInterface: isSilent
      ? null
      : `eth0 (00:60:0C:${prng.text('0123456789ABCDEF', 6).replace(/..(?=.)/g, '$&:')})`,
    connectionIp: isSilent ? null : drawPrivateIp(prng),
    applicationIdentifiers: first ? (APPLICATIONS[0] ?? null) : isSilent ? null : prng.pick(APPLICATIONS),
    tagIds: prng.chance(0.3) ? [drawId(prng)] : [],
    createdOn,
    modifiedOn: connection?.modifiedOn ?? createdOn,
  };
}

function drawConnection(
  prng: Prng,
  { now, createdOn, first }: { readonly now: number; readonly createdOn: number; readonly first: boolean },
): EverywareConnection | null {
  const drawn = prng.next();
  if (!first && drawn > 0.94) return null;
  const status = first ? 'CONNECTED' : drawStatus(drawn);
  const heard = status === 'CONNECTED' ? now : Math.max(createdOn, now - prng.int(600_000, 50 * DAY_MS));
  return {
    id: drawId(prng),
    status,
    clientIp: `tcp://172.21.${prng.int(0, 31)}.${prng.int(2, 254)}:${prng.int(32_768, 60_999)}`,
    createdOn,
    modifiedOn: heard - prng.int(1, 50_000),
  };
}

function drawStatus(drawn: number): EverywareConnectionStatus {
  if (drawn < 0.75) return 'CONNECTED';
  if (drawn < 0.87) return 'DISCONNECTED';
  return drawn < 0.92 ? 'MISSING' : 'NULL';
}
