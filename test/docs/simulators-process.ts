import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parse } from 'dotenv';
import { buildService } from '../e2e/built-service';
import type { Exit } from '../e2e/service-process';
import { PROJECT } from './markdown';

/** What `npm run simulators` runs, as a process. */
export class SimulatorsProcess {
  stdout = '';
  stderr = '';
  readonly exit: Promise<Exit>;
  readonly #ready: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    this.exit = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    this.#ready = new Promise((resolve) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.stderr += text;
        if (this.stderr.includes('\n')) resolve();
      });
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
  }

  static async start(flags: readonly string[]): Promise<SimulatorsProcess> {
    await buildService();
    const program = path.join(PROJECT, 'dist/cli/simulators.js');
    return new SimulatorsProcess(spawn(process.execPath, [program, ...flags], { stdio: 'pipe' }));
  }

  /** The variables that it prints, read as a .env file. */
  async variables(): Promise<Readonly<Record<string, string>>> {
    await this.#ready;
    return parse(this.stdout);
  }

  async stop(signal: NodeJS.Signals): Promise<Exit> {
    this.child.kill(signal);
    return this.exit;
  }
}
