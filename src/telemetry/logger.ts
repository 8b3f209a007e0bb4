import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import { redactError, redactFields, scrub } from './redact';

/** What a log line tells beside its message. An error goes under `err`. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where the house writes what operators should know. Fields and messages are redacted before they are written: a
 * value under a key such as `url`, `token` or `password` is never shown, nor a URL or a bearer token in any text.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** The log of the running service. */
export interface ServiceLogger extends Logger {
  /** Says once that the service can be used, and where: the only line that shows a URL. */
  ready(url: string): void;
}

/** How a log is opened. */
export interface LoggerOptions {
  /** The least level that is written: fatal, error, warn, info, debug, trace, or silent. */
  readonly level: string;
  /** True for people at a terminal; false for one JSON object a line. */
  readonly pretty: boolean;
  /** Where lines go, each with its newline. Default standard output, written at once, so that no line is lost. */
  readonly destination?: { write(line: string): unknown };
}

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Opens the log. JSON lines have `level` as a word, `time` in ISO 8601, `msg`, and the fields. */
export function openLogger(options: LoggerOptions): ServiceLogger {
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // What comes here is redacted already; pino's own serializer would read it as an error once more.
      serializers: { err: (shownError: unknown) => shownError },
    },
    destinationOf(options),
  );
  const line =
    (level: Level) =>
    (fields: LogFields, message: string): void => {
      if (log.isLevelEnabled(level)) log[level](shown(fields), scrub(message));
    };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    ready: (url) => {
      if (options.pretty) log.info(`Drawbridge is ready: open ${url} in a browser.`);
      else log.info({ url }, 'ready');
    },
  };
}

function shown(fields: LogFields): Record<string, unknown> {
  const { err, ...others } = fields;
  const redacted = redactFields(others);
  if (err === undefined) return redacted;
  // `err` is what a catch caught: that may be anything.
  return {
    ...redacted,
    err: err instanceof Error ? redactError(err) : redactFields({ thrown: err }),
  };
}

function destinationOf(options: LoggerOptions): { write(line: string): void } {
  const out = options.destination ?? pino.destination({ dest: 1, sync: true });
  if (!options.pretty) return { write: (text) => void out.write(text) };
  const prettify = prettyFactory({ translateTime: 'SYS:HH:MM:ss', singleLine: true });
  return { write: (text) => void out.write(prettify(text)) };
}
