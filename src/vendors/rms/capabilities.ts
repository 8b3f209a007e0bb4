import type { Capability } from '../../domain/capability';

/** What RMS lets the graph do with any of its devices. A link's source address cannot be restricted, a VPN not switched. */
export const RMS_CAPABILITIES: readonly Capability[] = [
  'LIST_REMOTE_ACCESSES',
  'CREATE_REMOTE_ACCESS',
  'UPDATE_REMOTE_ACCESS',
  'DELETE_REMOTE_ACCESS',
  'CREATE_LINK',
  'CLOSE_LINK',
  'LIST_SESSIONS',
  'VPN_STATUS',
];
