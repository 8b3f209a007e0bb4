/** What a device's vendor lets the graph do, in the words of the public schema. */
export const CAPABILITIES = [
  'LIST_REMOTE_ACCESSES',
  'CREATE_REMOTE_ACCESS',
  'UPDATE_REMOTE_ACCESS',
  'DELETE_REMOTE_ACCESS',
  'CREATE_LINK',
  'CLOSE_LINK',
  'LIST_SESSIONS',
  'RESTRICT_LINK_TO_IP',
  'VPN_STATUS',
  'VPN_CONTROL',
] as const;

/** One thing that a vendor may let the graph do with a device. */
export type Capability = (typeof CAPABILITIES)[number];
