package dev.tokenguard.keycloak.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Lineage;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The newest incidents of the realm. */
public final class IncidentsResource {

  private final AdminRequest request;

  IncidentsResource(AdminRequest request) {
    this.request = request;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response newest(
      @QueryParam("type") String type,
      @QueryParam("first") Integer first,
      @QueryParam("max") Integer max) {
    request.permissions().realm().requireViewEvents();
    Optional<Type> only = typeIn(type);
    RequestParameters.Page page = RequestParameters.Page.of(first, max);
    return Response.ok(
            request
                .fromRedis(
                    () ->
                        request
                            .incidents()
                            .newest(request.realm().getId(), only, page.first(), page.max()))
                .stream()
                .map(IncidentRepresentation::of)
                .toList())
        .build();
  }

  private static Optional<Type> typeIn(String given) {
    if (given == null || given.isEmpty()) {
      return Optional.empty();
    }
    Optional<Type> type = Type.of(given);
    if (type.isEmpty()) {
      throw AdminRequest.badRequest(
          "type: one of "
              + Arrays.stream(Type.values()).map(Type::word).collect(Collectors.joining(", ")));
    }
    return type;
  }

  /** Unknown values are left out. Times are milliseconds since the epoch, as in events. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record IncidentRepresentation(
      long time,
      String type,
      String userId,
      String clientId,
      String sessionId,
      @Nullable String family,
      @Nullable Long generation,
      @Nullable Long newestGeneration,
      String ipAddress,
      String reason) {

    static IncidentRepresentation of(Recorded recorded) {
      Incident incident = recorded.incident();
      Incident.Origin origin = incident.origin();
      return new IncidentRepresentation(
          recorded.time().toEpochMilli(),
          incident.type().word(),
          origin.userId(),
          origin.clientId(),
          origin.sessionId(),
          incident.lineage().map(Lineage::family).orElse(null),
          incident.lineage().map(Lineage::presented).orElse(null),
          incident.lineage().map(Lineage::newest).map(IncidentRepresentation::orNull).orElse(null),
          origin.ip(),
          incident.reason());
    }

    private static @Nullable Long orNull(OptionalLong number) {
      return number.isPresent() ? number.getAsLong() : null;
    }
  }
}
