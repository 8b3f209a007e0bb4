import { writeFileSync } from 'node:fs';
import { CAPABILITIES } from '../domain/capability';
import { vendors } from '../vendors';
import { type Endpoint, routeOf } from '../vendors/catalogue';
import type { VendorModule } from '../vendors/driver';

const MODULES: readonly VendorModule[] = Object.values(vendors);

/** The page docs/vendors.md: what the catalogues, capabilities and settings of the vendors' folders say. */
export function vendorsPage(): string {
  const page = [
    '# The vendors',
    '<!-- Made from the code by "npm run vendors:docs". Do not edit. -->',
    'What the graph knows of each vendor, straight from its folder in `src/vendors`. The quirks of each API, with their sources, stand in the README of that folder.',
    '## What their devices can do',
    'A device tells its own part of this in `capabilities`: not every device of a vendor has all of it.',
    table(
      ['', ...MODULES.map(({ title }) => title)],
      CAPABILITIES.map((capability) => [
        code(capability),
        ...MODULES.map(({ capabilities }) => (capabilities.includes(capability) ? 'yes' : '')),
      ]),
    ),
    ...MODULES.flatMap(vendorSections),
  ];
  return `${page.join('\n\n')}\n`;
}

function vendorSections({ title, vendor, configuration, catalogue }: VendorModule): readonly string[] {
  const { settings, shorthandKey, madeBy } = configuration;
  const makers = madeBy.map((name) => code(settings[name]?.variable ?? name)).join(' or ');
  return [
    `## ${title}`,
    `In an accounts file: ${code(`vendor: ${vendor}`)}. In the environment ${makers} makes the account ${code(shorthandKey)}.`,
    table(
      ['setting', 'variable', 'kind', 'default'],
      Object.entries(settings).map(([name, declared]) => [
        code(name),
        declared.variable === undefined ? 'accounts file only' : code(declared.variable),
        declared.kind,
        declared.default === undefined ? '' : code(String(declared.default)),
      ]),
    ),
    'The endpoints that are called:',
    table(
      ['call', 'for', 'one call answers for', 'fresh as', 'needs', 'source'],
      Object.values(catalogue).map((endpoint: Endpoint) => [
        code(routeOf(endpoint)),
        purposeOf(endpoint),
        batchOf(endpoint),
        endpoint.freshness === 'none' ? '' : endpoint.freshness,
        endpoint.anonymous === true ? 'nothing: it signs in' : endpoint.permission,
        endpoint.source,
      ]),
    ),
  ];
}

function purposeOf({ purpose, origin, timeoutMs }: Endpoint): string {
  const notes = [
    ...(origin === 'status' ? ['behind the status URL'] : []),
    ...(timeoutMs === undefined ? [] : [`up to ${timeoutMs / 1000} s`]),
  ];
  return notes.length === 0 ? purpose : `${purpose} (${notes.join(', ')})`;
}

function batchOf({ batch }: Endpoint): string {
  return batch === 'account' ? 'the account' : String(batch);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  return `\`${text}\``;
}

if (require.main === module) {
  const [, , file] = process.argv;
  if (file === undefined) process.stdout.write(vendorsPage());
  else writeFileSync(file, vendorsPage());
}
