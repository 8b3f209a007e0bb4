import type { AccessProtocol } from '../domain/remote-access';

/** What createLink is asked. */
export interface CreateLinkRequest {
  readonly remoteAccessId: string;
  readonly durationSeconds: number;
  readonly allowedIp?: string | null;
  readonly reason?: string | null;
  readonly idempotencyKey?: string | null;
}

/** What openAccess is asked. */
export interface OpenAccessRequest {
  readonly deviceId: string;
  readonly protocol: AccessProtocol;
  readonly host?: string | null;
  readonly port?: number | null;
  readonly durationSeconds: number;
  readonly allowedIp?: string | null;
  readonly reason?: string | null;
  readonly idempotencyKey?: string | null;
}

/** What createRemoteAccess is asked. */
export interface CreateRemoteAccessRequest {
  readonly deviceId: string;
  readonly name: string;
  readonly protocol: AccessProtocol;
  readonly host: string;
  readonly port: number;
}

/** What updateRemoteAccess is asked; what is left out stays. */
export interface UpdateRemoteAccessRequest {
  readonly remoteAccessId: string;
  readonly name?: string | null;
  readonly protocol?: AccessProtocol | null;
  readonly host?: string | null;
  readonly port?: number | null;
}
