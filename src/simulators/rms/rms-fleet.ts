import { drawPlacement, drawPrivateIp, drawPublicIp } from '../fleet-naming';
import type { Prng } from '../prng';
import type { RmsDevice, RmsStatus, RmsTag } from './rms-records';
import type { RmsState } from './rms-state';

const DAY_MS = 86_400_000;

const MODELS: readonly (readonly [model: string, firmware: readonly string[]])[] = [
  ['RUT950', ['RUT9XX_R_00.06.05.3', 'RUT9_R_00.07.06.10']],
  ['RUT955', ['RUT9XX_R_00.06.09.5', 'RUT9_R_00.07.04.5']],
  ['RUTX11', ['RUTX_R_00.07.06.10', 'RUTX_R_00.07.02.7']],
  ['RUT240', ['RUT2XX_R_00.01.14.6']],
  ['TRB140', ['TRB1_R_00.07.05.4']],
  ['RUTM50', ['RUTM_R_00.07.08.2']],
];

const TAGS: readonly RmsTag[] = [
  { id: 11, name: 'north' },
  { id: 12, name: 'south' },
  { id: 18, name: 'priority' },
  { id: 25, name: 'wartość próbna' },
  { id: 31, name: 'lab' },
];

type AccessKind = readonly [name: string, ip: string, port: number, protocol: string | null];

const ACCESS_KINDS: readonly AccessKind[] = [
  ['PLC_Web', '192.168.1.10', 80, 'http'],
  ['HMI_Desktop', '192.168.1.20', 5900, 'vnc'],
  ['SCADA_Server', '192.168.1.30', 3389, 'rdp'],
  ['Router_Shell', '192.168.1.1', 22, 'ssh'],
  ['Camera', '192.168.1.64', 443, 'https'],
  ['Legacy Modbus bridge', '192.168.1.90', 502, null],
];

/** How long the first running sessions still last, in seconds: some end while one watches. */
const SHORT_ENDS: readonly number[] = [40, 75, 120, 200, 320];

/** Fills the state with a believable fleet of that many routers. */
export function populateRms(state: RmsState, prng: Prng, size: number): void {
  const now = state.now();
  let id = 70_800;
  let running = 0;
  for (let index = 0; index < size; index += 1) {
    id += prng.int(1, 9);
    const device = state.addDevice(drawDevice(prng, { id, now, first: index === 0 }));
    addAccesses(state, prng, device);
    running += addSessions(state, prng, { device, running });
    addVpn(state, prng, device);
  }
}

function drawDevice(
  prng: Prng,
  { id, now, first }: { readonly id: number; readonly now: number; readonly first: boolean },
): RmsDevice {
  const { site, machine } = drawPlacement(prng);
  const [model, firmwares] = prng.pick(MODELS);
  const status = first ? 1 : drawStatus(prng);
  const seen = status === 2 ? null : now - prng.int(1, 40) * prng.int(60_000, DAY_MS);
  const hasSim = prng.chance(0.8);
  return {
    id,
    companyId: 7034,
    companyName: 'Northwind Utilities',
    name: `${machine} ${prng.int(1, 60)} – ${site}`,
    description: prng.chance(0.6) ? `Cabinet ${prng.int(1, 40)}, key at the gate` : '',
    serial: prng.text('0123456789', 10),
    mac: `00:1E:42:${prng.text('0123456789ABCDEF', 6).replace(/..(?=.)/g, '$&:')}`,
    model,
    firmware: prng.pick(firmwares),
    status,
    lastConnectionAt: seen,
    createdAt: now - prng.int(30, 1800) * DAY_MS,
    wanIp: prng.chance(0.3) ? '0.0.0.0' : drawPublicIp(prng),
    mobileIp: hasSim ? drawPrivateIp(prng) : '',
    imei: `86${prng.text('0123456789', 13)}`,
    iccid: hasSim ? `8937${prng.text('0123456789', 15)}` : null,
    operator: hasSim ? prng.pick(['Telia', 'Orange', 'Swisscom', 'T-Mobile']) : null,
    connectionType: hasSim ? prng.pick(['LTE', '5G', '3G']) : null,
    tags: TAGS.filter(() => prng.chance(0.25)),
  };
}

function drawStatus(prng: Prng): RmsStatus {
  const drawn = prng.next();
  if (drawn < 0.74) return 1;
  if (drawn < 0.89) return 0;
  return drawn < 0.95 ? 2 : null;
}

function addAccesses(state: RmsState, prng: Prng, device: RmsDevice): void {
  if (device.status === 2) return;
  const createdAt = device.createdAt + prng.int(1, 20) * DAY_MS;
  state.addAccess({ deviceId: device.id, name: 'WebUI', isMain: true, createdAt });
  for (const [name, ip, port, protocol] of ACCESS_KINDS) {
    if (!prng.chance(0.22)) continue;
    state.addAccess({
      deviceId: device.id,
      name,
      destinationIp: prng.chance(0.03) ? null : ip,
      destinationPort: port,
      protocol,
      credentialsRequired: prng.chance(0.2),
      tags: TAGS.filter(() => prng.chance(0.1)),
      createdAt,
    });
  }
}

/** Adds running and past sessions, and tells how many run. */
function addSessions(
  state: RmsState,
  prng: Prng,
  { device, running }: { readonly device: RmsDevice; readonly running: number },
): number {
  const nowSeconds = Math.floor(state.now() / 1000);
  let added = 0;
  for (const access of state.accesses(device.id)) {
    if (prng.chance(0.12)) {
      const startTime = nowSeconds - prng.int(7200, 900_000);
      state.addSession({ accessId: access.id, startTime, endTime: startTime + 1800, ...drawTraffic(prng) });
    }
    // The first router always has a running link, so that a fleet of any size shows one.
    const isFirst = running + added === 0;
    if (device.status !== 1 || !(isFirst || prng.chance(0.1))) continue;
    const left = SHORT_ENDS[running + added] ?? prng.int(300, 7200);
    const startTime = nowSeconds - prng.int(20, 900);
    state.addSession({ accessId: access.id, startTime, endTime: nowSeconds + left, ...drawTraffic(prng) });
    added += 1;
  }
  return added;
}

function drawTraffic(prng: Prng): {
  readonly inputData: number | null;
  readonly outputData: number | null;
  readonly host: string;
  readonly username: string | null;
} {
  return {
    inputData: prng.int(0, 900_000),
    outputData: prng.chance(0.3) ? null : prng.int(0, 9_000_000),
    host: `${prng.hex(14)}.proxy${prng.int(1, 4)}-connect.rms.teltonika-networks.com`,
    username: prng.chance(0.5) ? null : prng.pick(['m.novak', 'a.berg', 'j.silva']),
  };
}

function addVpn(state: RmsState, prng: Prng, device: RmsDevice): void {
  if (device.status === 2 || !prng.chance(0.4)) return;
  const isRunning = device.status === 1 && prng.chance(0.6);
  const first = {
    name: 'l2tp_hq',
    type: 'client' as const,
    ip: isRunning ? `172.16.${prng.int(0, 31)}.${prng.int(2, 254)}` : '',
    isEnabled: isRunning || prng.chance(0.5),
    isRunning,
  };
  const second = { name: 'l2tp_backup', type: 'client' as const, ip: '', isEnabled: false, isRunning: false };
  state.setVpn(device.id, prng.chance(0.25) ? [second, first] : [first]);
}
