package dev.tokenguard.keycloak.policy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.support.LogText;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.idm.ClientPolicyExecutorConfigurationRepresentation;
import org.keycloak.services.ErrorResponse;
import org.keycloak.services.ErrorResponseException;
import org.keycloak.services.clientpolicy.ClientPolicyException;

/**
 * The settings of one executor as they were saved: strings from the console, also numbers and
 * booleans from the admin REST API. Typed fields are not possible, because Keycloak answers a value
 * of the wrong type with a 500 before it calls {@link #validateConfig}.
 *
 * @param <T> the settings after parsing
 */
public abstract class ExecutorConfiguration<T>
    extends ClientPolicyExecutorConfigurationRepresentation {

  private static final Logger LOG = Logger.getLogger(ExecutorConfiguration.class);

  private final String executor;
  private final Set<String> names;
  private final Function<Map<String, Object>, T> parser;

  /**
   * @param executor the id of the executor
   * @param parser throws {@link InvalidSettingException} for a value that is not accepted
   */
  protected ExecutorConfiguration(
      String executor, List<Setting<?>> settings, Function<Map<String, Object>, T> parser) {
    this.executor = executor;
    this.names = settings.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());
    this.parser = parser;
  }

  /**
   * The fields of the form in the console. Numbers are texts, because the console's number field
   * drops what it cannot read.
   */
  public static List<ProviderConfigProperty> form(List<Setting<?>> settings) {
    return settings.stream().map(ExecutorConfiguration::field).toList();
  }

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

  /**
   * Called by Keycloak before it saves a profile.
   *
   * @throws ErrorResponseException 400 with a text for the administrator, which the console shows
   */
  @Override
  public boolean validateConfig() {
    problem()
        .ifPresent(
            text -> {
              throw ErrorResponse.error(text, Response.Status.BAD_REQUEST);
            });
    return true;
  }

  /** The first setting that is not accepted, with its label, id, value and range. */
  public Optional<String> problem() {
    Set<String> unknown = new TreeSet<>(getConfigAsMap().keySet());
    unknown.removeAll(names);
    if (!unknown.isEmpty()) {
      return Optional.of(
          LogText.of("%s has no setting named %s", executor, String.join(", ", unknown)));
    }
    try {
      settings();
      return Optional.empty();
    } catch (InvalidSettingException invalid) {
      return Optional.of(
          LogText.of(
              "%s [%s]: \"%.100s\" is not accepted. Accepted: %s",
              invalid.label(),
              invalid.name(),
              Objects.toString(getConfigAsMap().get(invalid.name())).trim(),
              invalid.reason()));
    }
  }

  /**
   * @throws InvalidSettingException if the profile was saved without {@link #validateConfig}, for
   *     example by an earlier version with other ranges
   */
  T settings() {
    return parser.apply(getConfigAsMap());
  }

  /**
   * The settings for a request.
   *
   * @throws ClientPolicyException {@code server_error} if a profile was saved without validation;
   *     the log names the setting
   */
  public T settingsFor(KeycloakSession session) throws ClientPolicyException {
    try {
      return settings();
    } catch (InvalidSettingException invalid) {
      LOG.error(
          LogText.of(
              "A client profile of realm %s has a setting of %s that is not valid: %s",
              session.getContext().getRealm().getName(), executor, invalid.getMessage()));
      throw new ClientPolicyException(
          OAuthErrorException.SERVER_ERROR, "The policy of this client is not valid");
    }
  }
}
