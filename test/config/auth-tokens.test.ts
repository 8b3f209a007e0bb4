import { createHash } from 'node:crypto';
import { loadCallerTokens, parseCallerTokens } from '../../src/config/auth-tokens';
import { CWD, load, problemsOf, readFrom, refusals } from './loading';

const PLANTED = 'planted-5ecret';
const sha256 = createHash('sha256').update(PLANTED).digest('hex');
const TOKEN = { sha256, subject: 'dashboard', scopes: ['devices:read'] };

/** The sentences that a token file is refused with. */
function refused(content: unknown): readonly string[] {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return refusals(() => parseCallerTokens(text, 'AUTH_TOKENS_FILE tokens.json'));
}

describe('a token file', () => {
  it('names callers by the hash of their tokens, with scopes and accounts', () => {
    const tokens = parseCallerTokens(
      JSON.stringify([
        { ...TOKEN, sha256: sha256.toUpperCase(), accounts: ['rms'] },
        { ...TOKEN, sha256: '0'.repeat(64) },
      ]),
      'tokens.json',
    );
    expect(tokens).toEqual([
      {
        sha256: createHash('sha256').update(PLANTED).digest(),
        subject: 'dashboard',
        scopes: new Set(['devices:read']),
        accounts: new Set(['rms']),
      },
      { sha256: Buffer.alloc(32), subject: 'dashboard', scopes: new Set(['devices:read']) },
    ]);
  });

  it('is read from a file, and names it where it cannot be', () => {
    const readFile = readFrom({ '/etc/tokens.json': '[]' });
    expect(loadCallerTokens('/etc/tokens.json', { readFile })).toEqual([]);
    expect(refusals(() => loadCallerTokens('/etc/absent.json', { readFile }))[0]).toMatch(
      /^AUTH_TOKENS_FILE \/etc\/absent\.json cannot be read: there is no such file.*for example AUTH_TOKENS_FILE=/,
    );
  });

  it.each<[string, unknown, string]>([
    ['no JSON', `[{"sha256": ${PLANTED}`, 'AUTH_TOKENS_FILE tokens.json is not valid JSON'],
    ['no list', { tokens: [TOKEN] }, 'tokens.json must be a list'],
    ['an entry that is a text', [PLANTED], '[0] must be an object'],
    ['the token itself', [{ ...TOKEN, sha256: PLANTED }], '[0].sha256 must be the SHA-256'],
    ['a hash that is a number', [{ ...TOKEN, sha256: 5 }], '[0].sha256 must be the SHA-256'],
    ['no hash', [{ subject: 's', scopes: [] }], '[0].sha256 must be'],
    ['no subject', [{ ...TOKEN, subject: ' ' }], '[0].subject must be the name of the caller'],
    ['no scopes', [{ sha256, subject: 's' }], '[0].scopes must be a list of scopes'],
    [
      'an unknown scope',
      [{ ...TOKEN, scopes: ['device:read'] }],
      '[0].scopes[0] is the unknown scope "device:read"; the nearest one is devices:read',
    ],
    ['a scope that is no text', [{ ...TOKEN, scopes: [1] }], '[0].scopes[0] must be one of'],
    ['accounts that are no list', [{ ...TOKEN, accounts: 'rms' }], '[0].accounts must be a list'],
    ['accounts that are null', [{ ...TOKEN, accounts: null }], '[0].accounts must be a list'],
    [
      'an account key that cannot be one',
      [{ ...TOKEN, accounts: ['RMS!'] }],
      '[0].accounts[0] must be the key',
    ],
    [
      'an unknown key',
      [{ ...TOKEN, account: ['rms'] }],
      '[0].account is not a known key; the nearest one is accounts',
    ],
    ['a token twice', [TOKEN, { ...TOKEN, subject: 'other' }], '[1].sha256 stands in the list twice'],
  ])('is refused for %s, without a word of any token', (_, content, says) => {
    const problems = refused(content);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^AUTH_TOKENS_FILE tokens\.json/);
    expect(problems[0]).toContain(says);
    expect(problems[0]).toMatch(/; (for example|the nearest one is) .+\.$/);
    expect(problems[0]).not.toContain(PLANTED);
  });

  it('has everything that is wrong said at once', () => {
    expect(refused([{ ...TOKEN, scopes: ['x', 'y'] }, {}])).toHaveLength(5);
  });

  it('is held against the rules when the service starts', () => {
    const files = { [`${CWD}/tokens.json`]: JSON.stringify([{ ...TOKEN, scopes: ['links:used'] }]) };
    const problems = problemsOf({ AUTH_TOKENS_FILE: 'tokens.json', PORT: 'x' }, files);
    expect(problems).toHaveLength(2);
    expect(problems[1]).toContain('the nearest one is links:use');
  });

  it('may name an account that is not configured, and that is said', () => {
    const files = { [`${CWD}/tokens.json`]: JSON.stringify([{ ...TOKEN, accounts: ['rms', 'remote-it'] }]) };
    const { warnings } = load({ AUTH_TOKENS_FILE: 'tokens.json' }, files);
    expect(warnings).toEqual([
      'AUTH_TOKENS_FILE tokens.json: [0].accounts names remote-it, which is not a configured account; the nearest one is remoteit.',
    ]);
  });
});
