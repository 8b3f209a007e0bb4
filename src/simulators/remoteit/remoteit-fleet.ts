import { drawPlacement, drawPrivateIp, drawPublicIp, type Placement } from '../fleet-naming';
import type { Prng } from '../prng';
import type { RemoteitRow } from './remoteit-records';
import type { RemoteitState } from './remoteit-state';

const DAY_MS = 86_400_000;

type ServiceKind = readonly [suffix: string, title: string, applicationType: number, port: number];

const BULK: ServiceKind = ['', 'Bulk Service', 35, 65_535];
const SSH: ServiceKind = ['SSH', 'SSH', 28, 22];

const SERVICE_KINDS: readonly ServiceKind[] = [
  SSH,
  ['Web', 'Basic Web', 30, 80],
  ['Panel', 'HTTPS', 8, 443],
  ['HTTP', 'HTTP', 7, 8080],
  ['Desktop', 'VNC', 4, 5900],
  ['RDP', 'RDP', 5, 3389],
  ['Modbus', 'TCP', 1, 502],
];

interface Machine {
  readonly placement: Placement;
  readonly number: number;
  readonly isActive: boolean;
  readonly lastContacted: number;
  readonly createdAt: number;
  readonly lastIp: string;
  readonly internalIp: string;
  readonly isLowerCase: boolean;
}

/** Fills the state with that many rows: machines, each a Bulk Service row followed by the rows of its services. */
export function populateRemoteit(state: RemoteitState, prng: Prng, size: number): void {
  let left = size;
  let number = 0;
  while (left > 0) {
    number += 1;
    const machine = drawMachine(prng, state.now(), number);
    // A last row that stands alone is a service: a machine without any would be of no use.
    const kinds = left === 1 ? [SSH] : [BULK, ...drawServices(prng, Math.min(left - 1, prng.int(1, 3)))];
    for (const kind of kinds) {
      addRow(state, prng, { machine, kind, rowNumber: size - left + 1 });
      left -= 1;
    }
  }
  startConnections(state, prng);
}

function drawMachine(prng: Prng, now: number, number: number): Machine {
  const isActive = number === 1 || prng.chance(0.78);
  const createdAt = now - prng.int(10, 1500) * DAY_MS - prng.int(0, DAY_MS);
  return {
    placement: drawPlacement(prng),
    number,
    isActive,
    lastContacted: isActive ? now : Math.max(createdAt, now - prng.int(600_000, 60 * DAY_MS)),
    createdAt,
    lastIp: drawPublicIp(prng),
    internalIp: drawPrivateIp(prng),
    isLowerCase: prng.chance(0.3),
  };
}

function drawServices(prng: Prng, count: number): readonly ServiceKind[] {
  const first = prng.int(0, SERVICE_KINDS.length - 1);
  return Array.from(
    { length: count },
    (_, index) => SERVICE_KINDS[(first + index) % SERVICE_KINDS.length] ?? SSH,
  );
}

function addRow(
  state: RemoteitState,
  prng: Prng,
  {
    machine,
    kind,
    rowNumber,
  }: {
    readonly machine: Machine;
    readonly kind: ServiceKind;
    readonly rowNumber: number;
  },
): RemoteitRow {
  const [suffix, title, applicationType, port] = kind;
  const { placement, number } = machine;
  const alias = `${placement.machine} ${placement.site} ${number}`;
  const serial = rowNumber
    .toString(16)
    .toUpperCase()
    .padStart(6, '0')
    .replace(/..(?=.)/g, '$&:');
  const address = `80:00:00:${prng.text('0123456789ABCDEF', 2)}:${prng.text('0123456789ABCDEF', 2)}:${serial}`;
  return state.addRow({
    address: machine.isLowerCase ? address.toLowerCase() : address,
    alias: suffix === '' ? alias : `${alias} ${suffix}`,
    owner: prng.chance(0.9) ? 'ops@northwind.example' : 'partner@southwind.example',
    title,
    applicationType,
    port,
    state: machine.isActive ? 'active' : 'inactive',
    lastIp: machine.lastIp,
    internalIp: machine.internalIp,
    region: placement.region,
    lastContacted: machine.lastContacted,
    createdAt: machine.createdAt,
    shared: prng.chance(0.9) ? 'not-shared' : 'shared-from',
    offsetMinutes: prng.pick([-300, -240, 0, 60, 330]),
    fractionDigits: prng.pick([0, 2, 3]),
  });
}

/** A few connections run from elsewhere: unseen, as nothing lists them, until a connect hands one back. */
function startConnections(state: RemoteitState, prng: Prng): void {
  for (const row of state.rows()) {
    if (row.title === BULK[1] || row.state !== 'active' || !prng.chance(0.08)) continue;
    state.startConnection(row.address, { lifetimeSeconds: prng.int(600, 20_000) });
  }
}
