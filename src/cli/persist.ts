import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { persistDocuments } from '../graph/limits/persist-documents';
import { buildGraph } from '../graph/schema';

const USAGE = `npm run persist -- <list.json> <file or folder> ...

Writes the list of trusted documents: each operation in the .graphql and .gql files, with the fragments that it spreads,
under the SHA-256 of its text. Start the service with TRUSTED_DOCUMENTS=<list.json>, and it executes nothing else.
`;

function filesIn(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(graphql|gql)$/.test(name))
    .sort()
    .map((name) => path.join(place, name));
}

function main(): void {
  const [list, ...places] = process.argv.slice(2);
  if (list === undefined || places.length === 0) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const texts = places.flatMap(filesIn).map((file) => readFileSync(file, 'utf8'));
  const operations = persistDocuments(buildGraph().schema, texts);
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  writeFileSync(list, `${JSON.stringify(manifest, null, 2)}\n`);
  process.stdout.write(
    `${operations.length} documents are in ${list}. Only these are executed with TRUSTED_DOCUMENTS=${list} npm start\n`,
  );
}

try {
  main();
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
