// Calls the server of this page: the API, the state of the family, and the thief.

export async function config() {
  return (await fetch('/config.json')).json();
}

function bearing(accessToken) {
  return { headers: { Authorization: `Bearer ${accessToken}` } };
}

export async function orders(accessToken) {
  const response = await fetch('/api/orders', bearing(accessToken));
  return {
    status: response.status,
    challenge: response.headers.get('WWW-Authenticate'),
    body: await response.json(),
  };
}

// Null if the state is unavailable.
export async function watch(accessToken, family) {
  try {
    const response = await fetch(`/watch?family=${encodeURIComponent(family)}`, bearing(accessToken));
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

export async function revokeBy(what, accessToken) {
  return (await fetch(`/account/${what}`, { method: 'POST', ...bearing(accessToken) })).ok;
}

export async function thief(origin, fields) {
  const response = await fetch(`${origin}/loot`, { method: 'POST', body: new URLSearchParams(fields) });
  return response.ok ? response.json() : null;
}
