package dev.tokenguard.keycloak.policy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.RotationPolicy;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.keycloak.representations.idm.ClientPolicyExecutorConfigurationRepresentation;
import org.keycloak.services.ErrorResponse;

/**
 * What an administrator saved. Kept as the texts that the console sends: a typed field would answer
 * a wrong value with a 500 before it could be checked.
 */
public final class RotationExecutorConfiguration
    extends ClientPolicyExecutorConfigurationRepresentation {

  private static final Set<String> NAMES =
      RotationPolicy.SETTINGS.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());

  /** Called by Keycloak when a profile is saved; what it throws is what the administrator reads. */
  @Override
  public boolean validateConfig() {
    problem()
        .ifPresent(
            text -> {
              throw ErrorResponse.error(text, Response.Status.BAD_REQUEST);
            });
    return true;
  }

  @JsonIgnore
  RotationPolicy policy() {
    return RotationPolicy.parse(getConfigAsMap());
  }

  private Optional<String> problem() {
    Set<String> unknown = new TreeSet<>(getConfigAsMap().keySet());
    unknown.removeAll(NAMES);
    if (!unknown.isEmpty()) {
      return Optional.of(
          RotationExecutorFactory.ID + " has no setting named " + String.join(", ", unknown));
    }
    try {
      policy();
      return Optional.empty();
    } catch (InvalidSettingException invalid) {
      return Optional.of(invalid.getMessage());
    }
  }
}
