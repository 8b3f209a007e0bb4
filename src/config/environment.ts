import { resolve } from 'node:path';
import { parse } from 'dotenv';
import { ConfigError } from './config-error';
import { type ReadFile, readFromDisk, whyUnreadable } from './read-text';
import type { Environment } from './variables';

/**
 * The environment of the process, and what a `.env` file in the folder adds to it: a variable that the process has,
 * even an empty one, wins. The only place that reads process.env. Throws ConfigError where the file is there and
 * cannot be read.
 */
export function readEnvironment(cwd: string, readFile: ReadFile = readFromDisk): Environment {
  return mergeEnvironment(process.env, dotEnvOf(cwd, readFile));
}

/** What a `.env` file adds to an environment. */
export function mergeEnvironment(env: Environment, dotEnv: Environment): Environment {
  return { ...dotEnv, ...env };
}

function dotEnvOf(cwd: string, readFile: ReadFile): Environment {
  try {
    return parse(readFile(resolve(cwd, '.env')));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return {};
    throw new ConfigError([
      `.env in ${cwd} cannot be read: ${whyUnreadable(thrown)}; make it a readable file with lines such as PORT=4000, or remove it.`,
    ]);
  }
}
