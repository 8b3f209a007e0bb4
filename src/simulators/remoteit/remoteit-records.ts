/** A row of the vendor's list: a service of a machine, or, titled "Bulk Service", the machine itself. */
export interface RemoteitRow {
  /** Eight bytes as hexadecimal with colons, in either case. */
  readonly address: string;
  readonly alias: string;
  readonly owner: string;
  readonly title: string;
  /** The application type of the first two bytes of `devicetype`: 28 SSH, 7 HTTP, 8 HTTPS, 35 bulk, … */
  readonly applicationType: number;
  readonly port: number;
  /** "active" is online, "inactive" offline; other words may occur. */
  readonly state: string;
  readonly lastIp: string;
  readonly internalIp: string;
  readonly region: string;
  /** Milliseconds since the epoch, for one that is not active; an active one is heard every minute. */
  readonly lastContacted: number;
  readonly createdAt: number;
  readonly shared: string;
  /** The offset from UTC in which the row's times are written. */
  readonly offsetMinutes: number;
  /** The digits after the second in the row's times: 0, 2 or 3. */
  readonly fractionDigits: number;
}

/** A proxy connection; instants are milliseconds since the epoch. */
export interface RemoteitConnection {
  readonly id: string;
  readonly address: string;
  readonly sessionId: string;
  readonly startedAt: number;
  /** The nominal end, or the earlier one at which it was stopped. */
  readonly endsAt: number;
  readonly proxyHost: string;
  /** Null for a web service, whose host alone is enough. */
  readonly proxyPort: number | null;
  /** The address that may use it, "latching" for the first caller's, "none" for anyone's. */
  readonly filteredIp: string;
}

/** Whether the proxy of a row is a web address of its own instead of a host with a port. Source: remote.it docs, device/connect. */
export function isWeb(row: RemoteitRow): boolean {
  return [7, 8, 30].includes(row.applicationType);
}
