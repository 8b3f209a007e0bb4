/*
 * Makes an npm package of the typed documents that codegen.client.js generates: dist/client, for import and require,
 * with types, and with the list of its operations by hash in both forms that servers and clients read.
 */
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Kind, print } = require('graphql');
const ts = require('typescript');

const root = path.join(__dirname, '..');
const client = path.join(root, 'dist/client');
const source = path.join(client, 'source/graphql.ts');

const { version, license, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

function compiled(module) {
  const compilerOptions = { module, target: ts.ScriptTarget.ES2020 };
  return ts.transpileModule(readFileSync(source, 'utf8'), { compilerOptions }).outputText;
}

function declarations() {
  const options = {
    declaration: true,
    emitDeclarationOnly: true,
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: [],
  };
  let text = '';
  const program = ts.createProgram([source], options);
  const [wrong] = ts.getPreEmitDiagnostics(program);
  if (wrong !== undefined) throw new Error(ts.flattenDiagnosticMessageText(wrong.messageText, '\n'));
  program.emit(undefined, (_, output) => {
    text = output;
  });
  return text;
}

/** Every operation of the package: its hash, and the text that clients send. */
function operationsOf(documents) {
  return Object.values(documents).flatMap((document) => {
    const operation = document?.definitions?.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (operation === undefined) return [];
    const body = print(document);
    const id = createHash('sha256').update(body).digest('hex');
    if (id !== document.__meta__.hash) throw new Error(`${operation.name.value} has another hash than its text`);
    return [{ id, name: operation.name.value, type: operation.operation, body }];
  });
}

const manifest = {
  name: 'drawbridge-client',
  version,
  description: 'Types and typed documents for the Drawbridge graph',
  license,
  sideEffects: false,
  main: './index.cjs',
  module: './index.mjs',
  types: './index.d.cts',
  exports: {
    '.': {
      import: { types: './index.d.mts', default: './index.mjs' },
      require: { types: './index.d.cts', default: './index.cjs' },
    },
    './persisted-documents.json': './persisted-documents.json',
    './persisted-query-manifest.json': './persisted-query-manifest.json',
    './package.json': './package.json',
  },
  dependencies: {
    '@graphql-typed-document-node/core': devDependencies['@graphql-typed-document-node/core'],
  },
};

const write = (name, text) => writeFileSync(path.join(client, name), text);
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

write('index.cjs', compiled(ts.ModuleKind.CommonJS));
write('index.mjs', compiled(ts.ModuleKind.ES2020));
const types = declarations();
write('index.d.cts', types);
write('index.d.mts', types);
const operations = operationsOf(require(path.join(client, 'index.cjs')));
// Hash to text: what urql, Relay and the service itself read.
write('persisted-documents.json', json(Object.fromEntries(operations.map(({ id, body }) => [id, body]))));
// The form of Apollo's tools.
write(
  'persisted-query-manifest.json',
  json({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
);
write('package.json', json(manifest));
rmSync(path.dirname(source), { recursive: true });

// What `npm install ./dist/client` would do for the examples, which are compiled beside it.
const installed = path.join(root, 'dist/node_modules/drawbridge-client');
mkdirSync(path.dirname(installed), { recursive: true });
rmSync(installed, { recursive: true, force: true });
symlinkSync(client, installed, 'junction');
