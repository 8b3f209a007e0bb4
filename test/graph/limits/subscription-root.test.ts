import { refused } from './fixture';

const INVALID = ['GRAPHQL_VALIDATION_FAILED'];

test.each([
  ['a variable', 'subscription ($x: Boolean!) { sessionExpiry @include(if: $x) { at } }'],
  ['a value', 'subscription { sessionExpiry @skip(if: true) { at } }'],
  ['a value that changes nothing', 'subscription { sessionExpiry @include(if: true) { at } }'],
  ['a condition of what is around it', 'subscription { ... @skip(if: true) { sessionExpiry { at } } }'],
  [
    'a condition within a fragment',
    'subscription { ...A } fragment A on Subscription { ...B @skip(if: true) } fragment B on Subscription { sessionExpiry { at } }',
  ],
])('the field of a subscription cannot be left out: %s is refused', (_, query) => {
  expect(refused(query, { variables: { x: true } })).toEqual(INVALID);
});

test.each([
  [
    'below the field of a subscription',
    'subscription ($x: Boolean!) { sessionExpiry { at @skip(if: $x) ... @include(if: $x) { type } } }',
  ],
  ['at the root of a query', 'query ($x: Boolean!) { viewer @include(if: $x) { subject } }'],
  [
    'in a fragment that no subscription begins with',
    'subscription { sessionExpiry { ...E } } fragment E on SessionEvent { at @skip(if: true) type }',
  ],
])('conditions stand %s', (_, query) => {
  expect(refused(query, { variables: { x: true } })).toEqual([]);
});

test('a fragment that is not there is told, and nothing more', () => {
  expect(refused('subscription { ...Nothing }')).toEqual(INVALID);
});
