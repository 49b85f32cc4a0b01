package dev.tokenguard.spring;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** {@link ServiceUnavailableFilter} for WebFlux. */
final class ServiceUnavailableWebFilter implements WebFilter, Ordered {

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return chain
        .filter(exchange)
        .onErrorResume(
            RevocationUnknownException.class,
            unknown -> {
              ServerHttpResponse response = exchange.getResponse();
              if (!response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE)) {
                return Mono.error(unknown);
              }
              response
                  .getHeaders()
                  .set(HttpHeaders.RETRY_AFTER, ServiceUnavailableFilter.RETRY_AFTER_SECONDS);
              return response.setComplete();
            });
  }

  @Override
  public int getOrder() {
    return ServiceUnavailableFilter.ORDER;
  }
}
