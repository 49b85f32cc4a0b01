package dev.tokenguard.rotation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A refresh, after all checks of Keycloak.
 *
 * <p>A login is described alike: its token is the presented token and the successor.
 *
 * @param userId the id of the user in Keycloak
 * @param presented the position of the presented token
 * @param session the session of the token
 * @param successor the successor as Keycloak would issue it now
 * @param accessToken the access token that is issued with the successor
 * @param context the context of the request
 * @param binding the context to which the family is bound, by a claim of the presented token
 * @param keyProof whether the request proves the key of the presented token
 * @param attempt the HTTP request
 * @param usableUntil the end of the presented token's use, by its {@code iat} and the idle time of
 *     its session, seconds since the epoch; 0 without such a bound. A family without a record is
 *     not adopted afterwards
 * @param presentedIssuedAt the {@code iat} of the presented token, seconds since the epoch; if it
 *     was issued while the store was unavailable, that of the newest token of its lineage that was
 *     not. If there is no record, it shows whether the family can have been revoked by the limit of
 *     families
 * @param issuesRefreshToken false if the client gets no refresh token: the store then decides
 *     without a rotation
 * @param parentTag the tag of the access token for which the family was issued by token exchange
 */
public record RotationRequest(
    String userId,
    TokenPosition presented,
    Session session,
    ProposedSuccessor successor,
    AccessToken accessToken,
    RequestContext context,
    Optional<RequestContext> binding,
    KeyProof keyProof,
    Attempt attempt,
    long usableUntil,
    long presentedIssuedAt,
    boolean issuesRefreshToken,
    Optional<String> parentTag) {

  /**
   * Whether the client proves that it holds the key of the presented token: that of DPoP (RFC
   * 9449), of its certificate (RFC 8705), or of its own authentication (RFC 7523, RFC 8705).
   */
  public enum KeyProof {
    /** The token has no key. */
    NO_KEY,
    PROVEN,
    /** The token has a key, and the request does not prove it. */
    MISSING
  }

  /**
   * One HTTP request, whose response may not reach the client.
   *
   * @param id random for each HTTP request, four characters of Base64url; empty if a lost response
   *     never makes a later replay acceptable
   * @param age the time since the request reached this node, by a monotonic clock; zero if unknown
   */
  public record Attempt(String id, Duration age) {

    private static final int RANDOM_BYTES = 3;

    /** A longer age is cut, so that a wrong clock does not extend the grace period. */
    public static final Duration MAX_AGE = Duration.ofSeconds(30);

    public Attempt {
      if (age.isNegative() || age.compareTo(MAX_AGE) > 0) {
        age = age.isNegative() ? Duration.ZERO : MAX_AGE;
      }
    }

    /** A new attempt with a random id. */
    public static Attempt aged(Duration age) {
      byte[] random = new byte[RANDOM_BYTES];
      ThreadLocalRandom.current().nextBytes(random);
      return new Attempt(Base64.getUrlEncoder().withoutPadding().encodeToString(random), age);
    }
  }

  /**
   * The session of a token.
   *
   * @param id the id of the user session, the claim {@code sid}
   * @param started the time of the login, seconds since the epoch
   * @param clientId the internal id of the client
   * @param clientStarted the start of the client session, seconds since the epoch
   * @param isOffline whether it is an offline session
   */
  public record Session(
      String id, long started, String clientId, long clientStarted, boolean isOffline) {}

  /**
   * The successor as Keycloak would issue it. All times are seconds since the epoch.
   *
   * @param issuedAt its {@code iat}
   * @param expiresAt its {@code exp}; 0 without one
   * @param retainUntil the expiry of the family's record, not before {@code expiresAt}
   * @param revokedRetainUntil the expiry of the record of a revoked family: the largest lifespan of
   *     its session, if that has a bound. Not before {@code retainUntil}
   */
  public record ProposedSuccessor(
      long issuedAt, long expiresAt, long retainUntil, long revokedRetainUntil) {}

  /**
   * The access token that is issued with a refresh token.
   *
   * @param expiresAt seconds since the epoch
   * @param prefix the prefix that Keycloak puts before the id, without the colon
   * @param loginPrefix that of the login's access token; empty if unknown
   */
  public record AccessToken(long expiresAt, String prefix, String loginPrefix) {}

  /**
   * The context of a request: user agent and IP address, as a hash of 36 bits each.
   *
   * <p>The hashes are short, because every family stores them, and are compared for equality only.
   * They are no protection: a reader of Redis can try all addresses, and an attacker can send any
   * {@code User-Agent} header.
   *
   * @param userAgent hash of the {@code User-Agent} header
   * @param ip hash of the client's address as Keycloak sees it, see its option {@code
   *     proxy-headers}
   */
  public record RequestContext(String userAgent, String ip) {

    private static final Pattern CLAIM = Pattern.compile("([A-Za-z0-9_-]{6})\\.([A-Za-z0-9_-]{6})");
    private static final int BYTES_OF_36_BITS = 5;
    private static final int CHARACTERS = 6;

    /** A missing header (null) is the same as an empty one. */
    public static RequestContext of(String userAgentHeader, String ipAddress) {
      return new RequestContext(
          hash(userAgentHeader == null ? "" : userAgentHeader),
          hash(ipAddress == null ? "" : ipAddress));
    }

    /** Reads the claim that {@link #toClaim()} has written; empty for any other value. */
    public static Optional<RequestContext> fromClaim(Object claim) {
      if (!(claim instanceof String text)) {
        return Optional.empty();
      }
      Matcher parts = CLAIM.matcher(text);
      return parts.matches()
          ? Optional.of(new RequestContext(parts.group(1), parts.group(2)))
          : Optional.empty();
    }

    public String toClaim() {
      return userAgent + "." + ip;
    }

    private static String hash(String property) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(property.getBytes(StandardCharsets.UTF_8));
        byte[] head = Arrays.copyOf(digest, BYTES_OF_36_BITS);
        return Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(head)
            .substring(0, CHARACTERS);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("SHA-256 is required of every Java platform", impossible);
      }
    }
  }
}
