import { writeFileSync } from 'node:fs';
import { buildGraph } from '../graph/schema';

/** Writes the public schema to the file that is named, or to standard output. */
const [, , file] = process.argv;
const { sdl } = buildGraph();
if (file === undefined) process.stdout.write(`${sdl}\n`);
else writeFileSync(file, `${sdl}\n`);
