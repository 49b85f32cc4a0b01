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

/** Offers the executor and its form in the console. */
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
    return "Rotates refresh tokens in a straight lineage that is kept in Redis: a double submit gets"
        + " the same token again, a replay of an older one ends the family. Turn the realm's own"
        + " 'Revoke Refresh Token' off.";
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
    // All settings are those of the profile.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  /** The console's number field loses what it cannot read, so numbers are texts here. */
  private static ProviderConfigProperty field(Setting<?> setting) {
    boolean isChoice = !setting.choices().isEmpty();
    ProviderConfigProperty field =
        new ProviderConfigProperty(
            setting.name(),
            setting.name(),
            setting.help()
                + " Accepts "
                + setting.accepts()
                + "; default "
                + setting.defaultText()
                + ".",
            isChoice ? ProviderConfigProperty.LIST_TYPE : ProviderConfigProperty.STRING_TYPE,
            setting.defaultText());
    if (isChoice) {
      field.setOptions(setting.choices());
    }
    return field;
  }
}
