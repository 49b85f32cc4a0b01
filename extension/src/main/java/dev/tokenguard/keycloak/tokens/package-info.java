/** The claims and ids that Token Guard reads and sets in the tokens of Keycloak. */
@NullMarked
package dev.tokenguard.keycloak.tokens;

import org.jspecify.annotations.NullMarked;
