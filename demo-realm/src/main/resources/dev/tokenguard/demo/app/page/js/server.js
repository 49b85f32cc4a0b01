// Calls the server of this page: the API, the state of the family, and the thief.

export async function config() {
  return (await fetch('/config.json')).json();
}

export async function orders(session, accessToken) {
  const path = '/api/orders';
  const response = await fetch(path, { headers: await session.authorization('GET', path, accessToken) });
  return {
    status: response.status,
    challenge: response.headers.get('WWW-Authenticate'),
    body: await response.json(),
  };
}

// Null if the state is unavailable.
export async function watch(session) {
  try {
    const { family } = session.position;
    const headers = await session.authorization('GET', '/watch');
    const response = await fetch(`/watch?family=${encodeURIComponent(family)}`, { headers });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

export async function revokeBy(what, session) {
  const path = `/account/${what}`;
  return (await fetch(path, { method: 'POST', headers: await session.authorization('POST', path) })).ok;
}

export async function thief(origin, fields) {
  const response = await fetch(`${origin}/loot`, { method: 'POST', body: new URLSearchParams(fields) });
  return response.ok ? response.json() : null;
}
