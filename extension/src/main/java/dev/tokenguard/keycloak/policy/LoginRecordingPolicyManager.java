package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.refresh.IssuedTokens;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.grants.ciba.clientpolicy.context.BackchannelTokenResponseContext;
import org.keycloak.protocol.oidc.grants.device.clientpolicy.context.DeviceTokenResponseContext;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.DefaultClientPolicyManager;
import org.keycloak.services.clientpolicy.context.ResourceOwnerPasswordCredentialsResponseContext;
import org.keycloak.services.clientpolicy.context.ServiceAccountTokenResponseContext;
import org.keycloak.services.clientpolicy.context.TokenResponseContext;

/**
 * Records logins by the policy event of their response, after all executors. An executor is not
 * sufficient up to 26.5: conditions on clients do not apply to the events of the password and
 * device grants.
 */
final class LoginRecordingPolicyManager extends DefaultClientPolicyManager {

  private final KeycloakSession session;

  LoginRecordingPolicyManager(KeycloakSession session) {
    super(session);
    this.session = session;
  }

  @Override
  public void triggerOnEvent(ClientPolicyContext context) throws ClientPolicyException {
    super.triggerOnEvent(context);
    responseIn(context).ifPresent(this::record);
  }

  private void record(AccessTokenResponseBuilder response) {
    if (EffectivePolicy.of(session).isEmpty()) {
      new PoliciesWithExecutor(session, session.getContext().getClient())
          .byClientAlone()
          .ifPresent(policy -> EffectivePolicy.set(session, policy));
    }
    new IssuedTokens(session).record(response);
  }

  /** Empty for all other events. Token exchange and UMA have none. */
  private static Optional<AccessTokenResponseBuilder> responseIn(ClientPolicyContext context) {
    if (context instanceof TokenResponseContext code) {
      return Optional.of(code.getAccessTokenResponseBuilder());
    }
    if (context instanceof ResourceOwnerPasswordCredentialsResponseContext password) {
      return Optional.of(password.getAccessTokenResponseBuilder());
    }
    if (context instanceof ServiceAccountTokenResponseContext client) {
      return Optional.of(client.getAccessTokenResponseBuilder());
    }
    if (context instanceof DeviceTokenResponseContext device) {
      return Optional.of(device.getAccessTokenResponseBuilder());
    }
    return context instanceof BackchannelTokenResponseContext backchannel
        ? Optional.of(backchannel.getAccessTokenResponseBuilder())
        : Optional.empty();
  }
}
