package dev.tokenguard.keycloak.session;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.sessions.CommonClientSessionModel.Action;

/**
 * A copy of a user session or client session, for the notifications after its removal. Its model
 * returns the copied values and ignores changes. The model is a dynamic proxy, so that it fits the
 * interfaces of later versions.
 *
 * @param owner the id of the user or of the client
 * @param values the values by the names of the getters
 */
record ModelCopy(String owner, Map<String, Object> values) {

  private static final String ID = "getId";
  private static final String NOTES = "getNotes";
  private static final String PROTOCOL = "getProtocol";

  String id() {
    return String.valueOf(values.get(ID));
  }

  static ModelCopy of(UserSessionModel from) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(ID, from.getId());
    values.put("getBrokerSessionId", from.getBrokerSessionId());
    values.put("getBrokerUserId", from.getBrokerUserId());
    values.put("getLoginUsername", from.getLoginUsername());
    values.put("getIpAddress", from.getIpAddress());
    values.put("getAuthMethod", from.getAuthMethod());
    values.put("isRememberMe", from.isRememberMe());
    values.put("getStarted", from.getStarted());
    values.put("getLastSessionRefresh", from.getLastSessionRefresh());
    values.put("isOffline", from.isOffline());
    values.put(NOTES, notes(from.getNotes()));
    return new ModelCopy(from.getUser() == null ? "" : from.getUser().getId(), values);
  }

  static ModelCopy of(AuthenticatedClientSessionModel from) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(ID, from.getId());
    values.put("getStarted", from.getStarted());
    values.put("getRedirectUri", from.getRedirectUri());
    values.put(PROTOCOL, from.getProtocol());
    values.put(NOTES, notes(from.getNotes()));
    return new ModelCopy(from.getClient().getId(), values);
  }

  private static Map<String, String> notes(Map<String, String> notes) {
    return notes == null ? new HashMap<>() : new HashMap<>(notes);
  }

  @Nullable String protocol() {
    return (String) values.get(PROTOCOL);
  }

  /** A copy with another id, as an online session. */
  ModelCopy withId(String id) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    changed.put(ID, id);
    changed.put("isOffline", false);
    return new ModelCopy(owner, changed);
  }

  UserSessionModel asUserSession(RealmModel realm, UserModel user) {
    return model(
        UserSessionModel.class,
        Map.of(
            "getRealm",
            realm,
            "getUser",
            user,
            "getState",
            UserSessionModel.State.LOGGING_OUT,
            "getAuthenticatedClientSessions",
            new HashMap<>()));
  }

  AuthenticatedClientSessionModel asClientSession(
      RealmModel realm, ClientModel client, UserSessionModel userSession) {
    return model(
        AuthenticatedClientSessionModel.class,
        Map.of(
            "getClient", client,
            "getRealm", realm,
            "getUserSession", userSession,
            "getAction", Action.LOGGING_OUT.name()));
  }

  private <T> T model(Class<T> type, Map<String, Object> others) {
    return proxy(
        type,
        (self, method, arguments) -> {
          String name = method.getName();
          if (others.containsKey(name)) {
            return others.get(name);
          }
          if (values.containsKey(name)) {
            return values.get(name);
          }
          return name.equals("getNote") && values.get(NOTES) instanceof Map<?, ?> notes
              ? notes.get(arguments[0])
              : otherwise(self, method, arguments);
        });
  }

  /**
   * A copy of the current request, from whose URL and headers protocols build URLs; empty without
   * one.
   */
  static Optional<HttpRequest> ofRequest(KeycloakSession session) {
    try {
      HttpRequest original = session.getContext().getHttpRequest();
      return Optional.of(
          request(
              original.getUri().getBaseUri(),
              original.getUri().getRequestUri(),
              original.getUri().getPath(),
              new LinkedHashMap<>(original.getHttpHeaders().getRequestHeaders())));
    } catch (RuntimeException noRequest) {
      return Optional.empty();
    }
  }

  private static HttpRequest request(
      URI base, URI requested, String path, Map<String, List<String>> headers) {
    UriInfo uri = uriInfo(base, requested, path);
    HttpHeaders httpHeaders = headers(headers);
    return proxy(
        HttpRequest.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getUri" -> uri;
              case "getHttpHeaders" -> httpHeaders;
              case "getHttpMethod" -> "POST";
              case "getDecodedFormParameters", "getMultiPartFormParameters" ->
                  new MultivaluedHashMap<>();
              case "isProxyTrusted" -> false;
              default -> otherwise(self, method, arguments);
            });
  }

  private static UriInfo uriInfo(URI base, URI requested, String path) {
    return proxy(
        UriInfo.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getBaseUri" -> base;
              case "getBaseUriBuilder" -> UriBuilder.fromUri(base);
              case "getRequestUri" -> requested;
              case "getRequestUriBuilder" -> UriBuilder.fromUri(requested);
              case "getAbsolutePath" -> UriBuilder.fromUri(requested).replaceQuery(null).build();
              case "getAbsolutePathBuilder" -> UriBuilder.fromUri(requested).replaceQuery(null);
              case "getPath" -> path;
              case "getQueryParameters", "getPathParameters" -> new MultivaluedHashMap<>();
              case "getPathSegments", "getMatchedURIs", "getMatchedResources" -> List.of();
              default -> otherwise(self, method, arguments);
            });
  }

  private static HttpHeaders headers(Map<String, List<String>> headers) {
    MultivaluedHashMap<String, String> copy = new MultivaluedHashMap<>();
    headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    return proxy(
        HttpHeaders.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getRequestHeaders" -> copy;
              case "getRequestHeader" -> copy.getOrDefault(arguments[0], List.of());
              case "getHeaderString" -> copy.getFirst((String) arguments[0]);
              case "getCookies" -> Map.of();
              case "getAcceptableLanguages", "getAcceptableMediaTypes" -> List.of();
              case "getLength" -> -1;
              default -> otherwise(self, method, arguments);
            });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object otherwise(Object self, Method method, Object[] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> method.getDeclaringClass().getSimpleName();
      default -> {
        if (method.isDefault()) {
          yield InvocationHandler.invokeDefault(self, method, arguments);
        }
        if (!method.getReturnType().isPrimitive() || method.getReturnType() == void.class) {
          yield null;
        }
        throw new UnsupportedOperationException(method.getName());
      }
    };
  }
}
