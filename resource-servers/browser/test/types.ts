// Compiled only: the types of the libraries fit those of this package.

import axios from 'axios';
import Keycloak from 'keycloak-js';
import { UserManager } from 'oidc-client-ts';
import {
  authorizeAxios, authorizedFetch, createSession, indexedDbStore, type Logout, withKeycloak, withOidcClient, withTokenEndpoint,
} from '@token-guard/browser';

const store = indexedDbStore();
const manager = new UserManager({
  authority: '', client_id: '', redirect_uri: '', userStore: store, stateStore: store, dpop: { store },
});
const session = createSession(withOidcClient(manager, { cookie: true }), {
  explain: async ({ tokens, reason }) => ({ message: `${tokens.user.profile.sub} ${reason}` }),
});
const name: string | undefined = session.tokens?.user.profile.preferred_username;
const remove: () => void = session.on('loggedOut', (logout: Logout) => logout.message);
session.on('refreshed', ({ user }) => user.profile);
// @ts-expect-error There is no such event.
session.on('logout', () => {});

const keycloak = new Keycloak({ url: '', realm: '', clientId: '' });
const other = createSession(withKeycloak(keycloak, { init: { onLoad: 'login-required' } }));
createSession(withTokenEndpoint({ tokenEndpoint: '', clientId: '' }));

const response: Promise<Response> = authorizedFetch(other, { origins: [''] })('/');
const eject: () => void = authorizeAxios(axios.create(), other);

export { eject, name, remove, response };
