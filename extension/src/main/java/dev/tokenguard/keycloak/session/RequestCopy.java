package dev.tokenguard.keycloak.session;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.keycloak.http.HttpRequest;

/** A request as others may read it when it is over: its addresses and headers. */
final class RequestCopy {

  private RequestCopy() {}

  static HttpRequest of(URI base, URI requested, String path, Map<String, List<String>> headers) {
    UriInfo uri = uriInfo(base, requested, path);
    HttpHeaders httpHeaders = headers(headers);
    return BackchannelNotifier.proxy(
        HttpRequest.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getUri" -> uri;
              case "getHttpHeaders" -> httpHeaders;
              case "getHttpMethod" -> "POST";
              case "getDecodedFormParameters", "getMultiPartFormParameters" ->
                  new MultivaluedHashMap<>();
              case "isProxyTrusted" -> false;
              default -> BackchannelNotifier.otherwise(self, method, arguments);
            });
  }

  private static UriInfo uriInfo(URI base, URI requested, String path) {
    return BackchannelNotifier.proxy(
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
              default -> BackchannelNotifier.otherwise(self, method, arguments);
            });
  }

  private static HttpHeaders headers(Map<String, List<String>> headers) {
    MultivaluedHashMap<String, String> copy = new MultivaluedHashMap<>();
    headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    return BackchannelNotifier.proxy(
        HttpHeaders.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getRequestHeaders" -> copy;
              case "getRequestHeader" -> copy.getOrDefault(arguments[0], List.of());
              case "getHeaderString" -> copy.getFirst((String) arguments[0]);
              case "getCookies" -> Map.of();
              case "getAcceptableLanguages", "getAcceptableMediaTypes" -> List.of();
              case "getLength" -> -1;
              default -> BackchannelNotifier.otherwise(self, method, arguments);
            });
  }
}
