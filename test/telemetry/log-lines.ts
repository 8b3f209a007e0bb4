import { openLogger, type ServiceLogger } from '../../src/telemetry/logger';

/** A log that keeps what it wrote. */
export interface KeptLog {
  readonly log: ServiceLogger;
  readonly lines: readonly string[];
  /** The last line, taken apart. */
  last(): Record<string, unknown>;
}

/** Opens a log into memory. */
export function openKeptLog(options: { readonly level?: string; readonly pretty?: boolean } = {}): KeptLog {
  const lines: string[] = [];
  const log = openLogger({
    level: options.level ?? 'debug',
    pretty: options.pretty ?? false,
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') };
}
