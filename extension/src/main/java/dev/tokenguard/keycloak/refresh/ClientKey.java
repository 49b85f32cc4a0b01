package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.representations.AccessToken.Confirmation;
import org.keycloak.representations.RefreshToken;
import org.keycloak.representations.dpop.DPoP;
import org.keycloak.services.util.DPoPUtil;
import org.keycloak.services.util.MtlsHoKTokenUtil;

/**
 * The key of a client, which a thief of its tokens does not have.
 *
 * <p>Keycloak binds the refresh tokens of public clients to the key of DPoP (RFC 9449, section 5),
 * and those of clients with certificate-bound tokens to the certificate (RFC 8705, section 4), by
 * the claim {@code cnf}. A confidential client with an asymmetric authentication proves its key
 * with each request. For confidential clients that use DPoP with a secret, Keycloak binds access
 * tokens only; Token Guard adds a claim to their refresh tokens.
 *
 * <p>Keycloak has verified what the request presents, and refuses a wrong proof before the store is
 * called.
 */
public final class ClientKey {

  /** Client authenticators whose credential is a private key. */
  private static final Set<String> ASYMMETRIC =
      Set.of("client-jwt", "client-x509", "federated-jwt");

  private final KeycloakSession session;
  private final ClientModel client;

  public ClientKey(KeycloakSession session, ClientModel client) {
    this.session = session;
    this.client = client;
  }

  /** Whether the current request proves the key of a token; costs nothing without such a policy. */
  KeyProof proofOf(RefreshToken token, RotationPolicy policy) {
    if (!policy.usesKey()) {
      return KeyProof.NO_KEY;
    }
    if (isAuthenticatedByKey()) {
      return KeyProof.PROVEN;
    }
    return boundKey(token)
        .or(() -> LineageClaims.keyOf(token))
        .map(key -> presented().anyMatch(key::equals) ? KeyProof.PROVEN : KeyProof.MISSING)
        .orElse(KeyProof.NO_KEY);
  }

  /**
   * The key of a login that has to become a claim of its refresh token: that of the request, unless
   * Keycloak has bound the token or the client authenticates with a key.
   */
  Optional<String> claimFor(RefreshToken token, RotationPolicy policy) {
    return policy.usesKey() && boundKey(token).isEmpty() && !isAuthenticatedByKey()
        ? presented().findFirst()
        : Optional.empty();
  }

  /** Whether the settings of the client require a key. */
  public boolean isRequired() {
    OIDCAdvancedConfigWrapper settings = OIDCAdvancedConfigWrapper.fromClientModel(client);
    return isAuthenticatedByKey() || settings.isUseDPoP() || settings.isUseMtlsHokToken();
  }

  /** Whether each request of the client proves a key by the authentication of the client. */
  private boolean isAuthenticatedByKey() {
    return !client.isPublicClient() && ASYMMETRIC.contains(client.getClientAuthenticatorType());
  }

  private static Optional<String> boundKey(RefreshToken token) {
    return Optional.ofNullable(token.getConfirmation())
        .map(it -> it.getKeyThumbprint() == null ? it.getCertThumbprint() : it.getKeyThumbprint());
  }

  /** The thumbprints of the keys that the request has proven. */
  private Stream<String> presented() {
    return Stream.of(
            Optional.ofNullable(session.getAttribute(DPoPUtil.DPOP_SESSION_ATTRIBUTE, DPoP.class))
                .map(DPoP::getThumbprint),
            Optional.ofNullable(
                    MtlsHoKTokenUtil.bindTokenWithClientCertificate(
                        session.getContext().getHttpRequest(), session))
                .map(Confirmation::getCertThumbprint))
        .flatMap(Optional::stream);
  }
}
