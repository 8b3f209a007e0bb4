import type { Capability } from '../../domain/capability';

/** What holds for every device: its ways in and the graph's own leases can be listed, also where there are none. */
export const WITHOUT_VPN_CLIENT: readonly Capability[] = ['LIST_REMOTE_ACCESSES', 'LIST_SESSIONS'];

/** A device with the VPN client: a link is the VPN, which has no address to restrict it to. */
export const WITH_VPN_CLIENT: readonly Capability[] = [
  ...WITHOUT_VPN_CLIENT,
  'CREATE_LINK',
  'CLOSE_LINK',
  'VPN_STATUS',
  'VPN_CONTROL',
];
