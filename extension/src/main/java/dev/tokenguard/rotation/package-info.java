/**
 * The domain: refresh-token rotation as a counted, straight lineage.
 *
 * <p>A <em>family</em> is all refresh tokens that descend from one login at one client. Each token
 * has a {@link dev.tokenguard.rotation.TokenPosition} in it: the family's id and its generation.
 * The {@link dev.tokenguard.rotation.FamilyStore} decides in one atomic step what a presented token
 * is worth and answers with a {@link dev.tokenguard.rotation.RotationOutcome}; {@link
 * dev.tokenguard.rotation.RotationService} turns the outcome into an {@link
 * dev.tokenguard.rotation.Effect}.
 *
 * <p>Nothing here knows Keycloak or Redis.
 */
package dev.tokenguard.rotation;
