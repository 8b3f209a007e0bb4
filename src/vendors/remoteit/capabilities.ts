import type { Capability } from '../../domain/capability';

/** What holds for every row: its ways in and the graph's own sessions can be listed, also where there are none. */
export const ANY_ROW: readonly Capability[] = ['LIST_REMOTE_ACCESSES', 'LIST_SESSIONS'];

/** A service whose kind is not known, or that is a web page: its link is open to everybody who has it. */
export const WEB_SERVICE: readonly Capability[] = [...ANY_ROW, 'CREATE_LINK', 'CLOSE_LINK'];

/** A service behind a port: its proxy lets in one address only where that is asked for. */
export const PORT_SERVICE: readonly Capability[] = [...WEB_SERVICE, 'RESTRICT_LINK_TO_IP'];
