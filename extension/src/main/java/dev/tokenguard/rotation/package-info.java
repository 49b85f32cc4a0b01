/**
 * The domain: refresh-token rotation as a counted, straight lineage.
 *
 * <p>A <em>family</em> consists of all refresh tokens that descend from one login at one client.
 * Each token has a {@link dev.tokenguard.rotation.TokenPosition} in it: the family's id and its
 * generation. The {@link dev.tokenguard.rotation.FamilyStore} decides about a presented token in
 * one atomic step; its result is a {@link dev.tokenguard.rotation.RefreshDecision}.
 *
 * <p>The package depends neither on Keycloak nor on Redis.
 */
@NullMarked
package dev.tokenguard.rotation;

import org.jspecify.annotations.NullMarked;
