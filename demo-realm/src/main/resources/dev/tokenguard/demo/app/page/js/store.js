// Keeps the login in IndexedDB. There a tab reads what the tab before has written; the local storage may show
// a tab in another process the old value for a moment, and an old refresh token is one too many.

const NAME = 'token-guard-demo';
const TABLE = 'login';

const database = new Promise((resolve, reject) => {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// As the OIDC library wants its stores.
export const store = {
  get: async (key) => (await run('readonly', (table) => table.get(key))) ?? null,
  set: (key, value) => run('readwrite', (table) => table.put(value, key)),
  remove: (key) => run('readwrite', (table) => table.delete(key)),
  getAllKeys: () => run('readonly', (table) => table.getAllKeys()),
};

async function run(mode, work) {
  const transaction = (await database).transaction(TABLE, mode);
  const request = work(transaction.objectStore(TABLE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
