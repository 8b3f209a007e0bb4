import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Simulators } from '../../src/simulators/simulators';
import { buildService, MAIN } from '../e2e/built-service';
import { type GraphResult, type QueryOptions, variablesOf } from './service';

/** The process ended, or was ended, before it had answered. */
export class NoAnswer extends Error {}

const START_WITHIN_MS = 30_000;
/** A caller is answered within 30 s, and then some. */
const ANSWER_WITHIN_MS = 40_000;

/** The built service as a process of its own over simulated vendors; its store outlives it. */
export class ChildService {
  #child: ChildProcess | undefined;
  #url: string | undefined;
  #output = '';

  private constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** A service that is still to be started. */
  static async create(
    simulators: Simulators,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildService> {
    await buildService();
    const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-crash-'));
    return new ChildService(folder, {
      ...variablesOf(simulators),
      AUTH_DISABLED: '1',
      PORT: '0',
      LOG_LEVEL: 'info',
      DATABASE_URL: `file:${path.join(folder, 'drawbridge.db')}`,
      ...env,
    });
  }

  /** What it printed since it was made, over all its lives. */
  get output(): string {
    return this.#output;
  }

  /** Starts it, and resolves once it says that it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.#url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ready: ${this.#output}`)), START_WITHIN_MS);
      let own = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        own += text;
        const ready = /^\{.*"url":"([^"]+)\/graphql".*"msg":"ready".*\}$/m.exec(own);
        if (ready?.[1] === undefined) return;
        clearTimeout(late);
        resolve(ready[1]);
      });
      child.once('exit', () => {
        clearTimeout(late);
        reject(new NoAnswer(`ended at its start: ${own}`));
      });
    });
  }

  /** SIGKILL: it gets no chance to do anything more. Resolves once it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#url = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Sends one operation. Throws {@link NoAnswer} where the process dies, or is not there. */
  async query<T = Record<string, unknown>>(
    query: string,
    options: QueryOptions = {},
  ): Promise<GraphResult<T>> {
    if (this.#url === undefined) throw new NoAnswer('the service does not run');
    try {
      const answer = await fetch(`${this.#url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...options.headers },
        body: JSON.stringify({ query, variables: options.variables }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return (await answer.json()) as GraphResult<T>;
    } catch (thrown) {
      throw new NoAnswer('the service did not answer', { cause: thrown });
    }
  }

  /** Ends it and removes its store. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
