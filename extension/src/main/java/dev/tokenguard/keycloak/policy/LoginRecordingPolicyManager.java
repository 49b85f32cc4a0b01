package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.refresh.IssuedTokens;
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
 * Sees the tokens of a login by the policy event after it, when all executors have run. Up to 26.5
 * the conditions on clients do not vote about the events of passwords and devices, so that an
 * executor is not enough.
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
    AccessTokenResponseBuilder response = responseIn(context);
    if (response == null) {
      return;
    }
    if (EffectivePolicy.of(session).isEmpty()) {
      new PoliciesWithExecutor(session, session.getContext().getClient())
          .byClientAlone()
          .ifPresent(policy -> EffectivePolicy.set(session, policy));
    }
    new IssuedTokens(session).record(response);
  }

  /** Null for all other events. Token exchange and UMA have none. */
  private static AccessTokenResponseBuilder responseIn(ClientPolicyContext context) {
    if (context instanceof TokenResponseContext code) {
      return code.getAccessTokenResponseBuilder();
    }
    if (context instanceof ResourceOwnerPasswordCredentialsResponseContext password) {
      return password.getAccessTokenResponseBuilder();
    }
    if (context instanceof ServiceAccountTokenResponseContext client) {
      return client.getAccessTokenResponseBuilder();
    }
    if (context instanceof DeviceTokenResponseContext device) {
      return device.getAccessTokenResponseBuilder();
    }
    return context instanceof BackchannelTokenResponseContext backchannel
        ? backchannel.getAccessTokenResponseBuilder()
        : null;
  }
}
