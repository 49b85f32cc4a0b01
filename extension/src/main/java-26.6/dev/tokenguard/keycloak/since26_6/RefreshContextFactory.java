package dev.tokenguard.keycloak.since26_6;

import jakarta.ws.rs.core.MultivaluedHashMap;
import java.util.function.Function;
import org.keycloak.models.ClientModel;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.context.TokenRefreshContext;

/** Makes the policy event of a refresh by a client, to ask conditions about the client alone. */
public final class RefreshContextFactory implements Function<ClientModel, ClientPolicyContext> {

  @Override
  public ClientPolicyContext apply(ClientModel client) {
    return new TokenRefreshContext(new MultivaluedHashMap<>(), client, null);
  }
}
