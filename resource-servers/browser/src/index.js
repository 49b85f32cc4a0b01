// One refresh at a time in all tabs, for pages that use the tokens of Keycloak.

export { authorizeAxios, authorizedFetch } from './api.js';
export { RefreshFailed, RefreshRefused } from './failure.js';
export { withKeycloak } from './keycloak.js';
export { withOidcClient } from './oidc-client.js';
export { createSession } from './session.js';
export { indexedDbStore } from './store.js';
export { withTokenEndpoint } from './token-endpoint.js';
