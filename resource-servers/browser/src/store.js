// Stores the login in IndexedDB, where a tab reads what another tab has committed. Local storage may return the
// old value in another process for a short time, and the old refresh token would be a replay.

const TABLE = 'login';

/** Also a userStore, stateStore and DPoP store of oidc-client-ts. */
export function indexedDbStore(name = 'token-guard') {
  let opening;
  const begin = async (mode) => (await (opening ??= open(name))).transaction(TABLE, mode);
  // The browser closes the database when the user deletes the data of the page, or when it runs out of memory.
  const reopened = (mode) => {
    opening = undefined;
    return begin(mode);
  };
  const run = async (mode, work) => {
    const transaction = await begin(mode).catch(() => reopened(mode));
    const result = work(transaction.objectStore(TABLE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(result.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    get: async (key) => (await run('readonly', (table) => table.get(key))) ?? null,
    set: (key, value) => run('readwrite', (table) => table.put(value, key)),
    remove: (key) => run('readwrite', (table) => table.delete(key)),
    getAllKeys: () => run('readonly', (table) => table.getAllKeys()),
    // Reads and writes in one transaction. Returns the new value; undefined removes the key.
    update: (key, change) => run('readwrite', (table) => {
      const changed = {};
      table.get(key).onsuccess = ({ target }) => {
        changed.result = change(target.result);
        if (changed.result === undefined) {
          table.delete(key);
        } else {
          table.put(changed.result, key);
        }
      };
      return changed;
    }),
  };
}

function open(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
