import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GraphResult } from '../support/service';
import { buildService, MAIN } from './built-service';

/** How a service is started as a process. */
export interface LaunchOptions {
  /** Where it runs. Default: an empty folder of its own. */
  readonly folder?: string;
  /** Its whole environment, but for PATH and what {@link Launcher} sets: PORT=0. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A service as an operator sees it: what it prints, and how it ends. */
export class ServiceProcess {
  stdout = '';
  stderr = '';
  readonly exit: Promise<Exit>;
  #exited = false;
  #wake: () => void = () => {};

  constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exit = once(child, 'close').then(([code, signal]) => {
      this.#exited = true;
      this.#wake();
      return { code, signal };
    });
  }

  /** Every line so far; a line that is no JSON fails the test. */
  get lines(): readonly LogLine[] {
    const complete = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1);
    return complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LogLine => JSON.parse(line));
  }

  /** The first line that fits, as soon as it is there; fails where the process ends without it. */
  async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      if (this.#exited) throw new Error(`the service ended: ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Where the service listens, without a path, once it says that it is ready. */
  async ready(): Promise<string> {
    const { url } = await this.line(({ msg }) => msg === 'ready');
    return new URL(String(url)).origin;
  }

  /** Sends a signal and answers how the process ended, and after how long. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit & { readonly ms: number }> {
    const asked = performance.now();
    this.child.kill(signal);
    return { ...(await this.exit), ms: performance.now() - asked };
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Starts services as processes, and ends them all. */
export class Launcher {
  readonly #started: ServiceProcess[] = [];
  readonly #folders: string[] = [];

  /** A folder that is removed in the end. */
  async folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-e2e-'));
    this.#folders.push(folder);
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    return folder;
  }

  async launch({ folder, env = {}, args = [] }: LaunchOptions = {}): Promise<ServiceProcess> {
    await buildService();
    const cwd = folder ?? (await this.folder());
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new ServiceProcess(child, cwd);
    this.#started.push(service);
    return service;
  }

  /** Ends what still runs and removes the folders. */
  async cleanUp(): Promise<void> {
    for (const service of this.#started.splice(0)) {
      service.kill('SIGKILL');
      await service.exit;
    }
    for (const folder of this.#folders.splice(0)) await rm(folder, { recursive: true, force: true });
  }
}

/** An answer over HTTP. */
export interface Answer<T = Record<string, unknown>> extends GraphResult<T> {
  readonly status: number;
}

/** Sends one operation, with a bearer token where one is given. */
export async function ask<T = Record<string, unknown>>(
  url: string,
  query: string,
  { token, headers = {} }: { readonly token?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
  return { ...((await answer.json()) as GraphResult<T>), status: answer.status };
}

/** A caller for a token file. */
export interface Caller {
  readonly token: string;
  readonly scopes: readonly string[];
  readonly accounts?: readonly string[];
}

/** The text of a token file for callers, by their subjects. */
export function tokensFile(callers: Readonly<Record<string, Caller>>): string {
  return JSON.stringify(
    Object.entries(callers).map(([subject, { token, ...caller }]) => ({
      sha256: createHash('sha256').update(token).digest('hex'),
      subject,
      ...caller,
    })),
  );
}
