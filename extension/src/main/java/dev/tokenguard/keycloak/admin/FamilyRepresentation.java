package dev.tokenguard.keycloak.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.TokenFamily;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.device.DeviceActivityManager;
import org.keycloak.models.ClientModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.account.DeviceRepresentation;

/**
 * A family as the admin REST API shows it. Address and device are those of the Keycloak session,
 * and missing without one: the store holds only hashes of them. Times are milliseconds since the
 * epoch, as in Keycloak's sessions.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FamilyRepresentation(
    String id,
    String state,
    @Nullable String clientId,
    @Nullable String clientUuid,
    @Nullable String sessionId,
    boolean offline,
    long generation,
    @Nullable Long created,
    long lastRefresh,
    @Nullable String ipAddress,
    @Nullable String browser,
    @Nullable String os,
    @Nullable String device) {

  private enum State {
    ACTIVE,
    REVOKED,
    SESSION_ENDED
  }

  static FamilyRepresentation of(AdminRequest request, TokenFamily family) {
    Optional<UserSessionModel> session = sessionOf(request, family);
    Optional<DeviceRepresentation> device = session.map(DeviceActivityManager::getCurrentDevice);
    return new FamilyRepresentation(
        family.id(),
        Setting.id(stateOf(family, session)),
        family
            .clientId()
            .map(id -> request.realm().getClientById(id))
            .map(ClientModel::getClientId)
            .orElse(null),
        family.clientId().orElse(null),
        family.sessionId().orElse(null),
        family.isOffline(),
        family.generation(),
        family.created().map(Instant::toEpochMilli).orElse(null),
        family.refreshed().toEpochMilli(),
        session.map(UserSessionModel::getIpAddress).orElse(null),
        device.map(DeviceRepresentation::getBrowser).orElse(null),
        device.map(FamilyRepresentation::os).orElse(null),
        device.map(DeviceRepresentation::getDevice).orElse(null));
  }

  private static Optional<UserSessionModel> sessionOf(AdminRequest request, TokenFamily family) {
    return family
        .sessionId()
        .map(
            id ->
                family.isOffline()
                    ? request.session().sessions().getOfflineUserSession(request.realm(), id)
                    : request.session().sessions().getUserSession(request.realm(), id));
  }

  private static State stateOf(TokenFamily family, Optional<UserSessionModel> session) {
    if (family.isRevoked()) {
      return State.REVOKED;
    }
    boolean hasClientSession =
        session
            .map(it -> it.getAuthenticatedClientSessionByClient(family.clientId().orElse("")))
            .isPresent();
    return hasClientSession ? State.ACTIVE : State.SESSION_ENDED;
  }

  private static String os(DeviceRepresentation device) {
    String version = device.getOsVersion();
    return version == null || version.equals(DeviceRepresentation.UNKNOWN)
        ? device.getOs()
        : device.getOs() + " " + version;
  }
}
