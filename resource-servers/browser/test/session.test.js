import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { createSession, RefreshFailed, withTokenEndpoint } from '../src/index.js';
import { advance, Browser, settle, sleep, useTestTime } from './browser.js';
import { ENDPOINT, lost, refusing, TokenEndpoint } from './keycloak.js';

const CLIENT = 'app';

let browser;
let keycloak;
let sessions;

beforeEach(() => {
  useTestTime();
  browser = new Browser();
  keycloak = new TokenEndpoint();
  sessions = [];
  mock.method(globalThis, 'fetch', keycloak.fetch);
});

afterEach(() => {
  sessions.forEach((session) => session.close());
  mock.timers.reset();
  mock.restoreAll();
});

function tab(options = {}, clientOptions = {}) {
  const window = browser.tab();
  const client = withTokenEndpoint({ tokenEndpoint: ENDPOINT, clientId: CLIENT, store: browser.store, ...clientOptions });
  const session = createSession(client, { window, ...options });
  const events = [];
  ['loggedIn', 'refreshed', 'loggedOut', 'state'].forEach((event) => (
    session.on(event, (detail) => events.push({ event, ...detail }))));
  sessions.push(session);
  return Object.assign(session, { window, events });
}

async function loggedInTabs(count, options) {
  const first = tab(options);
  await first.logIn(keycloak.logIn());
  const others = Array.from({ length: count - 1 }, () => tab(options));
  await Promise.all(others.map((other) => other.start()));
  await settle();
  return [first, ...others];
}

const generation = (session) => JSON.parse(atob(session.tokens.accessToken.split('.')[1])).generation;
const names = (session) => session.events.map(({ event }) => event);

describe('several tabs', () => {
  test('given five tabs when all refresh at once then one request is sent and all have its tokens', async () => {
    const tabs = await loggedInTabs(5);

    await Promise.all(tabs.map((session) => session.refresh()));

    assert.equal(keycloak.requests.length, 1);
    assert.deepEqual(tabs.map(generation), [1, 1, 1, 1, 1]);
  });

  test('given five tabs without Web Locks when all refresh at once then one request is sent', async () => {
    browser.hasLocks = false;
    const tabs = await loggedInTabs(5);

    const refreshes = Promise.all(tabs.map((session) => session.refresh()));
    await advance(2_000);
    await refreshes;

    assert.equal(keycloak.requests.length, 1);
    assert.deepEqual(tabs.map(generation), [1, 1, 1, 1, 1]);
  });

  test('given a lease that ends too late, as after the clock of the device was set back, then it does not count', async () => {
    browser.hasLocks = false;
    const [session] = await loggedInTabs(1);
    await browser.store.set(`token-guard.lock ${ENDPOINT} ${CLIENT}.lease`, { owner: 'before', until: Date.now() + 3_600_000 });

    await session.refresh();

    assert.equal(generation(session), 1);
  });

  test('given a tab that was closed under its lease when another refreshes then the lease ends', async () => {
    browser.hasLocks = false;
    const [session] = await loggedInTabs(1);
    await browser.store.set(`token-guard.lock ${ENDPOINT} ${CLIENT}.lease`, { owner: 'closed', until: Date.now() + 14_000 });

    const refresh = session.refresh();
    await advance(13_000);
    assert.equal(keycloak.requests.length, 0);
    await advance(2_000);
    await refresh;

    assert.equal(keycloak.requests.length, 1);
  });

  test('given a store without an update and no Web Locks then a tab still refreshes one at a time', async () => {
    browser.hasLocks = false;
    browser.store.update = undefined;
    const [session] = await loggedInTabs(1);

    await Promise.all([session.refresh(), session.refresh(), session.refresh()]);

    assert.equal(keycloak.requests.length, 1);
  });

  test('given five tabs when time passes then each lifespan has one refresh, and no token is used twice', async () => {
    const tabs = await loggedInTabs(5);

    await advance(10 * 60_000);

    const rotations = keycloak.requests.length;
    assert.ok(rotations >= 10 * 60 / 48 - 1 && rotations <= 10 * 60 / 36, `${rotations} rotations`);
    assert.equal(keycloak.reuses, 0);
    assert.deepEqual(new Set(tabs.map(generation)), new Set([rotations]));
  });

  test('given a login of another user in one tab then the others adopt it as a login', async () => {
    const [first, second] = await loggedInTabs(2);
    keycloak.subject = 'bob';

    await first.logIn(keycloak.logIn());
    await settle();

    assert.deepEqual(names(second), ['loggedIn', 'loggedIn']);
    assert.equal(second.tokens.accessToken, first.tokens.accessToken);
  });

  test('given a refresh in flight when another tab logs out then no tab stores tokens again', async () => {
    const [first, second] = await loggedInTabs(2);
    keycloak.hold();
    const refresh = first.refresh();
    await settle();

    const logout = second.logOut({ message: 'Good bye.' });
    await settle();
    keycloak.release();
    await Promise.all([refresh, logout]);
    await settle();

    assert.deepEqual([first.tokens, second.tokens], [null, null]);
    assert.equal(first.events.at(-1).message, 'Good bye.');
    assert.equal(await tab().start(), null);
  });
});

describe('when to refresh', () => {
  test('given a tab then it refreshes at 60 to 80 % of the lifespan, at a random time', async () => {
    const [session] = await loggedInTabs(1);
    const dues = [];
    for (let time = 0; time < 20; time += 1) {
      dues.push((session.due - Date.now()) / 1000);
      await session.refresh();
    }

    assert.ok(dues.every((due) => due >= 36 && due <= 48), `${dues}`);
    assert.ok(new Set(dues).size > 10);
  });

  for (const hours of [-5, 5]) {
    test(`given a clock of the device that differs by ${hours} hours then it does not matter`, async () => {
      keycloak.clockAhead = hours * 3600;
      const [session] = await loggedInTabs(1);

      await advance(35_000);
      assert.equal(keycloak.requests.length, 0);
      await advance(14_000);

      assert.equal(keycloak.requests.length, 1);
      assert.equal(await session.accessToken(), session.tokens.accessToken);
      assert.equal(keycloak.requests.length, 1);
    });
  }

  test('given a device that slept beyond the expiry when a request needs a token then it gets a new one', async () => {
    const [session] = await loggedInTabs(1);

    sleep(3_600_000);
    await session.accessToken();

    assert.equal(generation(session), 1);
  });

  test('given a device that slept beyond the expiry then a visible tab refreshes within half a minute', async () => {
    const [session] = await loggedInTabs(1);
    await advance(1_000);
    const before = session.due;

    sleep(3_600_000);
    assert.ok(Date.now() > before);
    session.window.document.dispatchEvent(new Event('visibilitychange'));
    await settle();

    assert.equal(generation(session), 1);
  });

  test('given a device that slept beyond the expiry in front of its user then it refreshes within half a minute', async () => {
    keycloak.lifespan = 3600;
    const [session] = await loggedInTabs(1);

    sleep(3_600_000);
    await advance(30_100);

    assert.equal(generation(session), 1);
  });

  test('given an expired login in the store when a page starts then it refreshes at once', async () => {
    const [first] = await loggedInTabs(1);
    first.close();
    sleep(3_600_000);

    const second = tab();
    await second.start();

    assert.equal(generation(second), 1);
  });

  test('given tokens without a lifespan then the session does not refresh in a loop', async () => {
    const [session] = await loggedInTabs(1);
    const opaque = () => new Response(JSON.stringify({ access_token: `${Math.random()}`, refresh_token: 'opaque' }));
    keycloak.next(opaque, opaque, opaque);
    await session.refresh();

    await advance(60_000);

    assert.equal(keycloak.requests.length, 1);
  });

  test('given a lifespan of no seconds then at least a second is between two refreshes', async () => {
    keycloak.lifespan = 0.001;
    await loggedInTabs(1);

    await advance(10_000);

    assert.ok(keycloak.requests.length <= 11, `${keycloak.requests.length}`);
  });
});

describe('offline', () => {
  test('given no network then no attempt is made until the device is online', async () => {
    const [session] = await loggedInTabs(1);
    session.window.goOffline();

    await assert.rejects(session.refresh(), (failure) => failure instanceof RefreshFailed && failure.state === 'offline');
    await advance(10 * 60_000);
    assert.equal(keycloak.requests.length, 0);
    session.window.goOnline();
    await settle();

    assert.equal(generation(session), 1);
    assert.deepEqual(session.events.filter(({ event }) => event === 'state').map(({ state }) => state).filter((state, at, all) => (
      state !== all[at - 1])), ['offline', 'online']);
  });

  test('given failures before the network is off when the device is online then the next attempt is at once', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(...Array(20).fill(lost));
    await assert.rejects(session.refresh());
    await advance(20_000);
    session.window.goOffline();
    while (session.due <= Date.now() + 100) {
      await advance(100);
    }
    const before = keycloak.requests.length;

    session.window.goOnline();
    await advance(100);

    assert.equal(keycloak.requests.length, before + 1);
  });

  test('given no network and a valid token then it is used', async () => {
    const [session] = await loggedInTabs(1);
    session.window.goOffline();

    await advance(59_500);
    assert.equal(await session.accessToken(), session.tokens.accessToken);
    await advance(1_000);

    await assert.rejects(session.accessToken(), RefreshFailed);
  });
});

describe('responses', () => {
  test('given a lost response then the same token is sent again within a second', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(lost, lost);

    await assert.rejects(session.refresh(), RefreshFailed);
    await advance(400);
    assert.equal(keycloak.requests.length, 2);
    await advance(800);

    assert.equal(generation(session), 1);
    assert.equal(new Set(keycloak.requests.map(({ fields }) => fields.refresh_token)).size, 1);
    assert.ok(!names(session).includes('loggedOut'));
  });

  test('given ten callers in a tab when the response is lost then one request was sent', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(lost);

    const results = await Promise.allSettled(Array.from({ length: 10 }, () => session.refresh()));

    assert.ok(results.every(({ reason }) => reason instanceof RefreshFailed));
    assert.equal(keycloak.requests.length, 1);
  });

  test('given two tabs without a response when one gets it then both are online', async () => {
    const [first, second] = await loggedInTabs(2);
    keycloak.next(lost, lost);
    await Promise.allSettled([first.refresh(), second.refresh()]);
    assert.deepEqual([first, second].map(({ events }) => events.at(-1).state), ['retrying', 'retrying']);

    await first.refresh();
    await settle();

    for (const { events } of [first, second]) {
      assert.equal(events.filter(({ event }) => event === 'state').at(-1).state, 'online');
    }
  });

  test('given no response at all then the request is aborted within the grace period and repeated', async () => {
    const [session, other] = await loggedInTabs(2);
    keycloak.hold();
    const refresh = assert.rejects(session.refresh(), /No response within 5000 ms/);

    await advance(5_000);
    await refresh;
    assert.equal(keycloak.requests[0].init.signal.aborted, true);
    keycloak.release();
    await advance(400);

    assert.equal(generation(session), 1);
    assert.equal(generation(other), 1);
  });

  test('given 502 for an hour then the pauses grow, and the login continues', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(...Array(1000).fill(() => new Response('<html>', { status: 502 })));

    await advance(3_600_000);

    assert.ok(keycloak.requests.length > 100 && keycloak.requests.length < 260, `${keycloak.requests.length}`);
    assert.ok(session.tokens);
  });

  for (const [status, error] of [[429, 'slow_down'], [503, 'temporarily_unavailable']]) {
    test(`given ${status} with Retry-After then all tabs wait for that time, and send the same token`, async () => {
      const tabs = await loggedInTabs(3);
      keycloak.next(refusing(status, error, { 'Retry-After': '20' }));

      const results = await Promise.allSettled(tabs.map((session) => session.refresh()));
      assert.ok(results.every(({ reason }) => reason.state === 'waiting'));
      await advance(19_000);
      await assert.rejects(tabs[1].refresh(), /asked for a pause/);
      assert.equal(keycloak.requests.length, 1);
      await advance(6_000);

      assert.equal(keycloak.requests.length, 2);
      assert.deepEqual(tabs.map(generation), [1, 1, 1]);
      assert.equal(keycloak.reuses, 0);
    });
  }

  test('given Retry-After as a date then it is waited for', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(refusing(503, 'temporarily_unavailable', { 'Retry-After': new Date(Date.now() + 10_000).toUTCString() }));

    await assert.rejects(session.refresh());
    await advance(9_000);
    assert.equal(keycloak.requests.length, 1);
    await advance(4_000);

    assert.equal(generation(session), 1);
  });

  test('given a Retry-After of a day then the session tries again after five minutes', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(refusing(503, 'temporarily_unavailable', { 'Retry-After': '86400' }));

    await assert.rejects(session.refresh());
    sleep(301_000);
    await session.refresh();

    assert.equal(generation(session), 1);
  });

  test('given a pause that ends too late, as after the clock of the device was set back, then it does not count', async () => {
    const [session] = await loggedInTabs(1);
    await browser.store.set(`token-guard.wait ${ENDPOINT} ${CLIENT}`, JSON.stringify(Date.now() + 3_600_000));

    await session.refresh();

    assert.equal(generation(session), 1);
  });

  test('given a proof that is not valid then there is no loop and no logout', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(...Array(100).fill(refusing(400, 'invalid_request')));

    await assert.rejects(session.refresh());
    await advance(60_000);

    assert.ok(keycloak.requests.length <= 6, `${keycloak.requests.length}`);
    assert.equal(session.events.find(({ state }) => state === 'waiting').error, 'invalid_request');
    assert.ok(session.tokens);
  });

  test('given a page of a captive portal as response then the login continues', async () => {
    const [session] = await loggedInTabs(1);
    keycloak.next(() => new Response('<html>Log in to the Wi-Fi', { status: 200 }));

    await assert.rejects(session.refresh(), RefreshFailed);
    await advance(1_000);

    assert.equal(generation(session), 1);
  });

  for (const [error, reason] of [['invalid_grant', 'refused'], ['invalid_client', 'client'], ['unauthorized_client', 'client']]) {
    test(`given ${error} then every tab is logged out once, with the same reason, and no token is sent again`, async () => {
      const tabs = await loggedInTabs(3);
      keycloak.next(refusing(400, error));

      await Promise.all(tabs.map((session) => session.refresh()));
      await advance(600_000);

      assert.equal(keycloak.requests.length, 1);
      const logouts = tabs.flatMap(({ events }) => events.filter(({ event }) => event === 'loggedOut'));
      assert.equal(logouts.length, 3);
      assert.deepEqual(new Set(logouts.map((logout) => logout.reason)), new Set([reason]));
      assert.match(logouts[0].message, /Please log in again/);
      assert.equal((await tab().lastLogout()).error, error);
    });
  }

  test('given an explanation of the app then every tab has it', async () => {
    const asked = [];
    const explain = async ({ error, tokens }) => {
      asked.push([error, tokens.accessToken]);
      return { message: 'The password was changed.', by: 'admin' };
    };
    const tabs = await loggedInTabs(2, { explain });
    const known = tabs[0].tokens.accessToken;
    keycloak.next(refusing(400, 'invalid_grant'));

    await Promise.all(tabs.map((session) => session.refresh()));
    await settle();

    assert.deepEqual(asked, [['invalid_grant', known]]);
    tabs.forEach(({ events }) => {
      const { message, by, error } = events.at(-1);
      assert.deepEqual({ message, by, error }, { message: 'The password was changed.', by: 'admin', error: 'invalid_grant' });
    });
  });

  for (const [how, explain] of [['fails', () => { throw new Error('no'); }], ['does not respond', () => new Promise(() => {})]]) {
    test(`given an explanation that ${how} then the logout has the general reason`, async () => {
      const [session] = await loggedInTabs(1, { explain });
      keycloak.next(refusing(400, 'invalid_grant'));

      const refresh = session.refresh();
      await advance(10_000);
      await refresh;

      assert.match(session.events.at(-1).message, /logged out or revoked, or has expired/);
    });
  }

  test('given a login that another code removed then the tab is logged out, and not with an old reason', async () => {
    const [session] = await loggedInTabs(1);
    await session.logOut();
    await advance(1_000);
    await session.logIn(keycloak.logIn());

    await browser.store.remove(`${ENDPOINT} ${CLIENT}`);
    await session.refresh();

    assert.equal(session.events.at(-1).reason, 'removed');
    assert.equal(keycloak.requests.length, 0);
  });

  test('given a refresh token in a cookie then the word is sent with credentials, and no token is stored', async () => {
    const session = tab({}, { cookie: true });
    const { refresh_token: unread, ...response } = keycloak.logIn();
    await session.logIn(response);

    await session.refresh();

    const [{ fields, init }] = keycloak.requests;
    assert.deepEqual(fields, { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: 'cookie' });
    assert.equal(init.credentials, 'include');
  });
});

describe('the session', () => {
  test('given a listener that throws then the others are called, and the session continues', async () => {
    const [session] = await loggedInTabs(1);
    session.on('refreshed', () => { throw new Error('of the app'); });
    let isCalled = false;
    session.on('refreshed', () => { isCalled = true; });

    await session.refresh();

    assert.equal(isCalled, true);
    assert.throws(() => mock.timers.tick(1), /of the app/);
  });

  test('given a slow read of the store when a refresh is done before it ends then the tab has the new tokens', async () => {
    const ends = [];
    const stored = (accessToken) => ({ accessToken, expiresAt: Date.now() + 60_000, lifespan: 60_000 });
    let newest = stored('old');
    let isSlow = false;
    const client = {
      name: 'slow',
      store: browser.store,
      load: () => {
        const read = newest;
        return isSlow ? new Promise((resolve) => { ends.push(() => resolve(read)); }) : read;
      },
      refresh: async () => { newest = stored('new'); },
    };
    const session = createSession(client, { window: browser.tab() });
    sessions.push(session);
    await session.start();

    isSlow = true;
    const other = new (browser.tab().BroadcastChannel)('token-guard.changed slow');
    other.postMessage('changed');
    await settle();
    isSlow = false;
    const refresh = session.refresh();
    await settle();
    ends.forEach((end) => end());
    await refresh;
    await settle();

    assert.equal(session.tokens.accessToken, 'new');
  });

  test('given a closed session then it neither refreshes nor adopts', async () => {
    const [first, second] = await loggedInTabs(2);
    second.close();

    await first.refresh();
    await advance(120_000);

    assert.equal(generation(second), 0);
  });

  test('given a failure then neither its message nor its fields contain a token', async () => {
    const [session] = await loggedInTabs(1);
    const { accessToken, refreshToken } = session.tokens;
    keycloak.next(refusing(400, 'invalid_request'), lost);
    for (let time = 0; time < 2; time += 1) {
      const failure = await session.refresh().catch((reason) => reason);
      const text = JSON.stringify([failure, failure.message, failure.stack, failure.cause, failure.cause?.stack]);
      assert.ok(!text.includes(accessToken) && !text.includes(refreshToken));
    }
  });
});
