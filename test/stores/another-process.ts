import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROJECT = path.resolve(__dirname, '../..');

/** What a script that is given to Node.js begins with to read TypeScript as the tests do, whatever its folder is. */
export const READS_TYPESCRIPT = `
  const fromProject = require('node:module').createRequire('${PROJECT}/package.json');
  const { transformFileSync } = fromProject('@swc/core');
  require('node:module')._extensions['.ts'] = (module, file) => {
    module._compile(transformFileSync(file, { cwd: '${PROJECT}', sourceMaps: false }).code, file);
  };
`;

/** Opens the store that the first argument names, and runs what it is given. */
const PRELUDE = `${READS_TYPESCRIPT}
  const { openStore } = fromProject('./src/stores/open.ts');
  const records = fromProject('./test/stores/records.ts');
  const tell = (line) => process.stdout.write(line + '\\n');
  const lines = require('node:readline').createInterface({ input: process.stdin });
  const told = () => new Promise((resolve) => lines.once('line', resolve));
`;

/** Another process on the same store. */
export class AnotherProcess {
  readonly #child: ChildProcess;
  readonly #told: string[] = [];
  readonly #exit: Promise<unknown>;
  #stderr = '';
  #wake: () => void = () => {};
  #over = false;

  /** `work` is the body of an async function with \`store\`, \`records\`, \`tell(line)\` and \`told()\`. */
  constructor(databaseUrl: string, work: string) {
    const script = `${PRELUDE} openStore({ databaseUrl: process.argv[1] }).then(async (store) => { ${work} });`;
    this.#child = spawn(process.execPath, ['-e', script, databaseUrl]);
    this.#exit = once(this.#child, 'close').then(() => {
      this.#over = true;
      this.#wake();
    });
    this.#child.stderr?.on('data', (text) => {
      this.#stderr += String(text);
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('The process has no output.');
    createInterface({ input: stdout }).on('line', (line) => {
      this.#told.push(line);
      this.#wake();
    });
  }

  /** The next line that it tells; fails where it ends before. */
  async told(): Promise<string> {
    for (;;) {
      const line = this.#told.shift();
      if (line !== undefined) return line;
      if (this.#over) throw new Error(`The process ended: ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Ends it as a power cut would end it for the process: at once, with nothing tidied up. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
