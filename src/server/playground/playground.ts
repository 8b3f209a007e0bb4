import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest';

/** One file of the playground, in memory. */
export interface PlaygroundFile {
  readonly body: Buffer;
  /** The same, gzipped; undefined where that makes it no smaller. */
  readonly gzipped: Buffer | undefined;
  readonly contentType: string;
  /** The name changes with the content: it may be cached for ever. */
  readonly immutable: boolean;
}

/** Where the page finds the graph: paths on its own origin. */
export interface PageOptions {
  readonly endpoint: string;
  readonly subscriptionEndpoint: string;
}

/** The playground, ready to be served: the page, and the files that it loads from /playground/. */
export interface Playground {
  /** The HTML for a browser that asks for the graph's address. */
  page(options: PageOptions): string;
  /** The file of that name, which is what follows /playground/ in the path; undefined where there is none. */
  file(name: string): PlaygroundFile | undefined;
  /** To be sent with the page and its files. */
  readonly contentSecurityPolicy: string;
}

/**
 * Everything comes from the origin itself: a plant has no internet. Three things cannot be forbidden: the code
 * editor writes style elements, and the style sheet of GraphiQL holds its fonts and small images as data: URLs.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Reads a built playground into memory, once; afterwards no name that a request brings touches the disk.
 *
 * @param directory what buildPlayground wrote, usually dist/playground.
 * @throws where there is no built playground.
 */
export function openPlayground(directory: string): Playground {
  const manifest = readManifest(directory);
  const files = new Map(
    manifest.files
      .filter((name) => !name.endsWith('.gz'))
      .map((name) => [name, readPlaygroundFile(directory, name, manifest)]),
  );
  return {
    page: (options) => renderPage(manifest.entries, options),
    file: (name) => files.get(name),
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
  };
}

function readManifest(directory: string): Manifest {
  const file = path.join(directory, MANIFEST_FILE);
  try {
    return parseManifest(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`The playground could not be read from ${file}: build it with "npm run build".`, {
      cause,
    });
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

function readPlaygroundFile(directory: string, name: string, manifest: Manifest): PlaygroundFile {
  const gzipped = `${name}.gz`;
  return {
    body: readFileSync(path.join(directory, name)),
    gzipped: manifest.files.includes(gzipped) ? readFileSync(path.join(directory, gzipped)) : undefined,
    contentType: CONTENT_TYPES[path.extname(name)] ?? 'application/octet-stream',
    immutable: true,
  };
}

function renderPage(entries: Manifest['entries'], options: PageOptions): string {
  const asset = (name: string) => escapeHtml(`/playground/${name}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="description" content="Drawbridge: one GraphQL graph into every remote device of a fleet">
<title>Drawbridge</title>
<link rel="icon" type="image/svg+xml" href="${asset(entries.icon)}">
<link rel="stylesheet" href="${asset(entries.style)}">
<script type="module" src="${asset(entries.script)}"></script>
</head>
<body>
<div id="playground"
  data-endpoint="${escapeHtml(options.endpoint)}"
  data-subscription-endpoint="${escapeHtml(options.subscriptionEndpoint)}"
  data-icon="${asset(entries.icon)}"
  data-editor-worker="${asset(entries.editorWorker)}"
  data-json-worker="${asset(entries.jsonWorker)}"
  data-graphql-worker="${asset(entries.graphqlWorker)}">
<p class="playground-note">Opening the playground. It needs JavaScript.</p>
</div>
</body>
</html>
`;
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');
}
