import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Drawbridge as a process of its own. */
export interface RunningDrawbridge {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the built service on a free port, with its simulated vendors. Throws where it ends before it is ready. */
export async function startDrawbridge(program: string): Promise<RunningDrawbridge> {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  return {
    url: await readUrl(child),
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The log says where the service listens; what follows is not read, and must not fill the pipe. */
async function readUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the service has no standard output');
  for await (const line of createInterface({ input: stdout })) {
    const entry = JSON.parse(line) as { readonly msg?: string; readonly url?: string };
    if (entry.msg !== 'ready' || entry.url === undefined) continue;
    stdout.resume();
    return entry.url;
  }
  throw new Error('Drawbridge ended before it was ready; npm start tells why');
}
