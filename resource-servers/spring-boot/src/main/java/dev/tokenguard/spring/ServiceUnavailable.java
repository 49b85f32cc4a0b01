package dev.tokenguard.spring;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Filters that respond with 503 and {@code Retry-After} if Redis is unavailable, and without a
 * challenge: the token may be valid.
 *
 * <p>In front of Spring Security, where an {@code AuthenticationEntryPoint} would respond with 401.
 * An application has the classes of one of them only.
 */
final class ServiceUnavailable {

  /** After the filter that records requests in metrics. */
  private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

  private static final String RETRY_AFTER_SECONDS = "1";

  private ServiceUnavailable() {}

  /** For Spring MVC. */
  static final class ServletFilter extends OncePerRequestFilter implements Ordered {

    @Override
    protected void doFilterInternal(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws ServletException, IOException {
      try {
        chain.doFilter(request, response);
      } catch (ServletException | RuntimeException failure) {
        if (!isRevocationUnknown(failure) || response.isCommitted()) {
          throw failure;
        }
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        response.setContentLength(0);
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      }
    }

    private static boolean isRevocationUnknown(Throwable failure) {
      Throwable cause = failure;
      while (cause != null && !(cause instanceof RevocationUnknownException)) {
        cause = cause.getCause();
      }
      return cause != null;
    }

    @Override
    public int getOrder() {
      return ORDER;
    }
  }

  /** For WebFlux. */
  static final class ReactiveFilter implements WebFilter, Ordered {

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
                response.getHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
                return response.setComplete();
              });
    }

    @Override
    public int getOrder() {
      return ORDER;
    }
  }
}
