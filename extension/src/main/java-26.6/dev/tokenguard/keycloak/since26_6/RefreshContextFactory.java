package dev.tokenguard.keycloak.since26_6;

import jakarta.ws.rs.core.MultivaluedHashMap;
import java.util.function.Function;
import org.keycloak.models.ClientModel;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.context.TokenRefreshContext;

/** Creates the policy event of a refresh, to evaluate conditions on the client only. */
public final class RefreshContextFactory implements Function<ClientModel, ClientPolicyContext> {

  @Override
  public ClientPolicyContext apply(ClientModel client) {
    return new TokenRefreshContext(new MultivaluedHashMap<>(), client, null);
  }
}
