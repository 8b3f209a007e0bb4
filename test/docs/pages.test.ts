import { existsSync } from 'node:fs';
import path from 'node:path';
import { blocks, codes, PROJECT, pages, readPage } from './markdown';

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readPage('package.json'));

describe.each(pages())('%s', (name) => {
  const page = readPage(name);

  test('links to what exists', () => {
    const targets = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const own = targets.filter((target) => !/^(https?:|#)/.test(target));
    const missing = own.filter(
      (target) => !existsSync(path.join(PROJECT, path.dirname(name), target.replace(/#.*/, ''))),
    );
    expect(missing).toEqual([]);
  });

  test('names files that exist', () => {
    const named = codes(page).filter((code) =>
      /^(src|test|docs|scripts|examples|deploy)\/[\w./-]+$/.test(code),
    );
    expect(named.filter((file) => !existsSync(path.join(PROJECT, file)))).toEqual([]);
  });

  test('names scripts that exist', () => {
    const commands = [...codes(page), ...blocks(page).map(({ text }) => text)].join('\n');
    const named = [...commands.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe('decisions', () => {
  const decisions = pages().filter((name) => name.startsWith('docs/decisions/'));

  test('are numbered without a gap', () => {
    const numbers = decisions.map((name) => Number(path.basename(name).slice(0, 4))).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test.each(decisions)('%s is short and has its four parts', (name) => {
    const page = readPage(name);
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    const parts = [...page.matchAll(/^## (.*)$/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Context', 'Decision', 'Consequences', 'Rejected']);
  });
});

test('the page of the house is one page', () => {
  expect(readPage('docs/architecture.md').split('\n').length).toBeLessThanOrEqual(100);
});
