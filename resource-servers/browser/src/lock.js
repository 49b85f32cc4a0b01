// One at a time in all tabs.

const LEAST_POLL = 30;
const chains = new Map();

/**
 * Runs the work under a Web Lock. Without Web Locks (a page without HTTPS, a browser from before 2022) under a lease in
 * the store, or, with a store that cannot update atomically, one at a time in this tab only.
 *
 * @param {number} lease the milliseconds after which a tab that was closed does not hold up the others any more
 */
export function exclusively(name, work, { locks, store, lease }) {
  if (locks) {
    return locks.request(name, work);
  }
  return inTurn(name, store.update ? () => leased(store, `${name}.lease`, lease, work) : work);
}

function inTurn(name, work) {
  const turn = (chains.get(name) ?? Promise.resolve()).then(work);
  chains.set(name, turn.catch(() => {}));
  return turn;
}

async function leased(store, key, lease, work) {
  const owner = `${Math.random()}`;
  // A lease that ends later than any can was written before the clock of this device was set.
  const take = (held) => {
    const now = Date.now();
    const isHeld = held && held.until > now && held.until <= now + lease;
    return isHeld ? held : { owner, until: now + lease };
  };
  while ((await store.update(key, take)).owner !== owner) {
    await new Promise((resolve) => { setTimeout(resolve, LEAST_POLL * (1 + Math.random())); });
  }
  try {
    return await work();
  } finally {
    await store.update(key, (held) => (held?.owner === owner ? undefined : held));
  }
}
