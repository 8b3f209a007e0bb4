import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { BuildResult, Plugin } from 'esbuild';
import { readExamples } from './example';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest';

// The same from src/server/playground and from dist/server/playground.
const PROJECT = path.resolve(__dirname, '../../..');
const SOURCES = path.join(PROJECT, 'src/server/playground');
const COMPRESSIBLE = /\.(js|css|svg)$/;

/**
 * Builds the playground's static files, unless those in the folder are already made of the same sources and packages.
 *
 * The files are written beside the folder and put in its place at once, so that a reader never sees half of them.
 * @returns whether anything had to be built.
 */
export async function buildPlayground(outDir: string): Promise<{ readonly built: boolean }> {
  const packages = findPackages();
  const stamp = await computeStamp(packages);
  if (await isFresh(outDir, stamp)) {
    return { built: false };
  }
  const fresh = `${outDir}.${randomUUID()}`;
  await mkdir(fresh, { recursive: true });
  try {
    const entries = findEntries(await bundle(packages, fresh));
    await compress(fresh);
    const files = (await readdir(fresh)).sort();
    const manifest: Manifest = { stamp, files, entries };
    await writeFile(path.join(fresh, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`);
    await rm(outDir, { recursive: true, force: true });
    await rename(fresh, outDir);
  } catch (failure) {
    // Another process may have built the same at the same time: then its files are as good.
    if (!(await isFresh(outDir, stamp))) {
      throw failure;
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return { built: true };
}

/** The folders of the packages that end in the bundle; those below GraphiQL are found from where it finds them. */
function findPackages(): Readonly<Record<'monaco-editor' | 'monaco-graphql', string>> &
  Record<string, string> {
  const find = (from: string, name: string) =>
    path.dirname(createRequire(path.join(from, 'package.json')).resolve(`${name}/package.json`));
  const react = find(PROJECT, '@graphiql/react');
  const direct = ['graphiql', 'react', 'react-dom', 'graphql', 'esbuild'];
  return {
    ...Object.fromEntries(direct.map((name) => [name, find(PROJECT, name)])),
    '@graphiql/react': react,
    'monaco-editor': find(react, 'monaco-editor'),
    'monaco-graphql': find(react, 'monaco-graphql'),
  };
}

async function computeStamp(packages: Readonly<Record<string, string>>): Promise<string> {
  const hash = createHash('sha256');
  const inputs = [
    __filename,
    ...Object.values(packages).map((folder) => path.join(folder, 'package.json')),
    ...(await listFiles(path.join(SOURCES, 'web'))),
    ...(await listFiles(path.join(SOURCES, 'examples'))),
  ];
  for (const file of inputs) {
    hash.update(path.relative(PROJECT, file)).update('\0');
    hash.update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

async function listFiles(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).sort().map((name) => path.join(folder, name));
}

async function isFresh(outDir: string, stamp: string): Promise<boolean> {
  const text = await readFile(path.join(outDir, MANIFEST_FILE), 'utf8').catch(() => undefined);
  if (!text?.includes(stamp)) {
    return false;
  }
  return parseManifest(text).files.every((name) => existsSync(path.join(outDir, name)));
}

const ENTRY_NAMES = {
  script: 'app',
  icon: 'icon',
  editorWorker: 'editor-worker',
  jsonWorker: 'json-worker',
  graphqlWorker: 'graphql-worker',
} as const;

type Bundle = BuildResult<{ metafile: true }>;

async function bundle(
  packages: Record<'monaco-editor' | 'monaco-graphql', string>,
  outdir: string,
): Promise<Bundle> {
  const { build } = await import('esbuild');
  const monaco = path.join(packages['monaco-editor'], 'esm/vs');
  return build({
    absWorkingDir: PROJECT,
    entryPoints: {
      [ENTRY_NAMES.script]: path.join(SOURCES, 'web/main.tsx'),
      [ENTRY_NAMES.icon]: path.join(SOURCES, 'web/icon.svg'),
      [ENTRY_NAMES.editorWorker]: path.join(monaco, 'editor/editor.worker.js'),
      [ENTRY_NAMES.jsonWorker]: path.join(monaco, 'language/json/json.worker.js'),
      [ENTRY_NAMES.graphqlWorker]: path.join(packages['monaco-graphql'], 'esm/graphql.worker.js'),
    },
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    legalComments: 'linked',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.svg': 'copy' },
    plugins: [examplesPlugin, ownStylesPlugin],
    metafile: true,
    logLevel: 'warning',
  });
}

/** Gives the browser's code the examples as a module. */
const examplesPlugin: Plugin = {
  name: 'examples',
  setup: (build) => {
    build.onResolve({ filter: /^drawbridge:examples$/ }, () => ({
      path: 'examples',
      namespace: 'drawbridge',
    }));
    build.onLoad({ filter: /.*/, namespace: 'drawbridge' }, async () => {
      const examples = await readExamples(path.join(SOURCES, 'examples'));
      return { contents: `export const examples = ${JSON.stringify(examples)};`, loader: 'js' };
    });
  },
};

/** GraphiQL's style sheet already holds the editor's, so those that the editor's modules import are left out. */
const ownStylesPlugin: Plugin = {
  name: 'own-styles',
  setup: (build) => {
    build.onLoad({ filter: /monaco-editor.*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
  },
};

/** The hashed names of the files that the page has to name. */
function findEntries({ metafile }: Bundle): Manifest['entries'] {
  const names = Object.keys(metafile.outputs).map((output) => path.basename(output));
  const find = (start: string, extension: string) => {
    const found = names.find((name) => name.startsWith(`${start}-`) && name.endsWith(extension));
    if (found === undefined) {
      throw new Error(`The playground's bundle holds no ${start}*${extension}.`);
    }
    return found;
  };
  return {
    script: find(ENTRY_NAMES.script, '.js'),
    style: find(ENTRY_NAMES.script, '.css'),
    icon: find(ENTRY_NAMES.icon, '.svg'),
    editorWorker: find(ENTRY_NAMES.editorWorker, '.js'),
    jsonWorker: find(ENTRY_NAMES.jsonWorker, '.js'),
    graphqlWorker: find(ENTRY_NAMES.graphqlWorker, '.js'),
  };
}

async function compress(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => COMPRESSIBLE.test(name));
  await Promise.all(
    names.map(async (name) => {
      const body = await readFile(path.join(folder, name));
      const gzipped = await promisify(gzip)(body);
      if (gzipped.length < body.length) {
        await writeFile(path.join(folder, `${name}.gz`), gzipped);
      }
    }),
  );
}

/** `node dist/server/playground/playground-build.js [folder]` */
async function main(): Promise<void> {
  const outDir = process.argv[2] ?? path.join(PROJECT, 'dist/playground');
  const { built } = await buildPlayground(path.resolve(outDir));
  process.stdout.write(`playground: ${built ? 'built' : 'unchanged'}\n`);
}

if (require.main === module) {
  main().catch((failure: unknown) => {
    process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
    process.exitCode = 1;
  });
}
