/**
 * The domain: refresh-token rotation as a counted, straight lineage.
 *
 * <p>A <em>family</em> is all refresh tokens that descend from one login at one client. Each token
 * has a {@link dev.tokenguard.rotation.TokenPosition} in it: the family's id and its generation.
 * The {@link dev.tokenguard.rotation.FamilyStore} decides about a presented token in one atomic
 * step; the {@link dev.tokenguard.rotation.RefreshDecision} is what all others read.
 *
 * <p>Nothing here knows Keycloak or Redis.
 */
package dev.tokenguard.rotation;
