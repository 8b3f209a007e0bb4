import { createMemoryStore, openPrivateStorage } from '../../../../src/server/playground/web/private-storage';

const SECRET = '{"authorization":"Bearer planted-secret"}';

function openOverMemory() {
  const store = createMemoryStore();
  return { store, storage: openPrivateStorage(store) };
}

test.each([
  ['history', 'graphiql:queries', { queries: [{ query: '{ a }', variables: '{}', headers: SECRET }] }],
  ['favourites', 'graphiql:favorites', { favorites: [{ query: '{ a }', variables: '{}', headers: SECRET }] }],
  ['tabs', 'graphiql:tabState', { tabs: [{ query: '{ a }', variables: '{}', headers: SECRET }] }],
])('headers are taken out of the %s', (_, key, value) => {
  const { storage } = openOverMemory();
  storage.setItem(key, JSON.stringify(value));
  expect(storage.getItem(key)).toBe(JSON.stringify(value).replace(JSON.stringify(SECRET), 'null'));
});

test('the text of the headers editor is not kept', () => {
  const { store, storage } = openOverMemory();
  storage.setItem('graphiql:headers', SECRET);
  expect(store.length).toBe(0);
});

test('what was typed into the other editors is kept as it is', () => {
  const { storage } = openOverMemory();
  storage.setItem('graphiql:variables', '{ "headers": "of a variable" }');
  storage.setItem('graphiql:query', '{ a(text: "headers") # "headers"\n }');
  expect(storage.getItem('graphiql:variables')).toBe('{ "headers": "of a variable" }');
  expect(storage.getItem('graphiql:query')).toBe('{ a(text: "headers") # "headers"\n }');
});

test('clearing leaves what others keep on the same origin', () => {
  const { store, storage } = openOverMemory();
  store.setItem('of somebody else', 'stays');
  storage.setItem('graphiql:theme', 'dark');
  storage.setItem('graphiql:tabState', '{}');
  expect(storage.length).toBe(2);
  storage.clear();
  expect(storage.length).toBe(0);
  expect(store.getItem('of somebody else')).toBe('stays');
});
