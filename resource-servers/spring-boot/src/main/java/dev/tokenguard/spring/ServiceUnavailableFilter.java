package dev.tokenguard.spring;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Responds with 503 and {@code Retry-After} if Redis is unavailable, and without a challenge: the
 * token may be valid.
 *
 * <p>In front of Spring Security, where an {@code AuthenticationEntryPoint} would respond with 401.
 */
final class ServiceUnavailableFilter extends OncePerRequestFilter implements Ordered {

  /** After the filter that records requests in metrics. */
  static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

  static final String RETRY_AFTER_SECONDS = "1";

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
      response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
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
