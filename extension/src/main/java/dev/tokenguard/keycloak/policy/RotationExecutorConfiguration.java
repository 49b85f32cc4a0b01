package dev.tokenguard.keycloak.policy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.rotation.RotationPolicy;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.keycloak.representations.idm.ClientPolicyExecutorConfigurationRepresentation;
import org.keycloak.services.ErrorResponse;
import org.keycloak.services.ErrorResponseException;

/**
 * The settings of one executor as they were saved: strings from the console, also numbers and
 * booleans from the admin REST API. Typed fields are not possible, because Keycloak answers a value
 * of the wrong type with a 500 before it calls {@link #validateConfig}.
 */
public final class RotationExecutorConfiguration
    extends ClientPolicyExecutorConfigurationRepresentation {

  private static final Set<String> NAMES =
      RotationPolicy.SETTINGS.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());

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
  Optional<String> problem() {
    Set<String> unknown = new TreeSet<>(getConfigAsMap().keySet());
    unknown.removeAll(NAMES);
    if (!unknown.isEmpty()) {
      return Optional.of(
          LogText.of(
              "%s has no setting named %s",
              RotationExecutorFactory.ID, String.join(", ", unknown)));
    }
    try {
      policy();
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
  @JsonIgnore
  RotationPolicy policy() {
    return RotationPolicy.parse(getConfigAsMap());
  }
}
