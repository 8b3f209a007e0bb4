import { ConfigError } from '../config/config-error';
import { readEnvironment } from '../config/environment';
import { loadConfig } from '../config/load';
import { asDrawbridgeError } from '../domain/errors';
import { type Verdict, verifyChain } from '../stores/audit-chain';
import { openStore } from '../stores/open';
import { vendors } from '../vendors';

/** Verifies the audit log of the store that is configured: one line, and an exit code of 0 only where it is whole. */

/** What came of verifying, as an operator reads it. */
function verdictLine(verdict: Verdict): string {
  if (!verdict.ok) return `The audit log is broken at entry ${verdict.brokenAt}: ${verdict.why}.`;
  const { entries, hash } = verdict;
  return `The audit log is whole: ${entries} ${entries === 1 ? 'entry' : 'entries'}, last hash ${hash}.`;
}

async function verify(): Promise<Verdict> {
  const cwd = process.cwd();
  const config = loadConfig({ env: readEnvironment(cwd), cwd, vendors: Object.values(vendors) });
  if (config.storeIsTemporary) {
    throw new ConfigError([
      'DATABASE_URL is not set, and without a vendor account the store is a temporary one: set it to the store whose audit log is to be verified.',
    ]);
  }
  const store = await openStore({
    databaseUrl: config.databaseUrl.reveal(),
    key: config.storeKey?.reveal(),
    mustExist: true,
  });
  try {
    return await verifyChain(store.audit.readAll(), () => store.audit.head());
  } finally {
    await store.close();
  }
}

async function main(): Promise<void> {
  const verdict = await verify();
  const line = `${verdictLine(verdict)}\n`;
  if (verdict.ok) {
    process.stdout.write(line);
    return;
  }
  process.stderr.write(line);
  process.exitCode = 1;
}

main().catch((thrown: unknown) => {
  const reason =
    thrown instanceof ConfigError ? thrown.problems.join('\n') : asDrawbridgeError(thrown).message;
  process.stderr.write(`The audit log could not be verified: ${reason}\n`);
  process.exitCode = 1;
});
