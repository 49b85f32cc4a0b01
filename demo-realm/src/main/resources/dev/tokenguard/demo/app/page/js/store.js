// Stores the login in IndexedDB, where a tab reads what another tab has committed. Local storage may return the
// old value in another process for a short time, and the old refresh token would be a replay.

const NAME = 'token-guard-demo';
const TABLE = 'login';

const database = new Promise((resolve, reject) => {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// The store interface of the OIDC library.
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
