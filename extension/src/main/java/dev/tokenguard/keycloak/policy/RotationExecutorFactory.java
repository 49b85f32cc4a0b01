package dev.tokenguard.keycloak.policy;

import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.RotationPolicy;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProviderFactory;

/** The executor {@code redis-refresh-token-rotation} with its form in the admin console. */
public final class RotationExecutorFactory implements ClientPolicyExecutorProviderFactory {

  public static final String ID = "redis-refresh-token-rotation";

  private static final List<ProviderConfigProperty> FORM =
      RotationPolicy.SETTINGS.stream().map(RotationExecutorFactory::field).toList();

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getHelpText() {
    return "Rotates refresh tokens and detects their reuse by state in Redis. A replay within the grace"
        + " period gets the same new token; a later one revokes the token family. Switch 'Revoke"
        + " Refresh Token' of the realm off.";
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return FORM;
  }

  @Override
  public ClientPolicyExecutorProvider<RotationExecutorConfiguration> create(
      KeycloakSession session) {
    return new RotationExecutor(session);
  }

  @Override
  public void init(Config.Scope config) {
    // The settings are in the client profiles.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  /** Numbers are texts, because the console's number field drops what it cannot read. */
  private static ProviderConfigProperty field(Setting<?> setting) {
    boolean isChoice = !setting.choices().isEmpty();
    ProviderConfigProperty field =
        new ProviderConfigProperty(
            setting.name(),
            setting.label(),
            setting.describe(),
            isChoice ? ProviderConfigProperty.LIST_TYPE : ProviderConfigProperty.STRING_TYPE,
            setting.defaultText());
    if (isChoice) {
      field.setOptions(setting.choices());
    }
    return field;
  }
}
