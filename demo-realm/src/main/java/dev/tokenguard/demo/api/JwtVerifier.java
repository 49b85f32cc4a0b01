package dev.tokenguard.demo.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import java.net.MalformedURLException;
import java.net.URI;
import java.text.ParseException;
import java.util.Date;
import java.util.Optional;
import java.util.Set;

/** Validates the access tokens of one realm: signature, issuer, audience and expiry. */
public final class JwtVerifier {

  /** Keycloak's types of access tokens; the second is bound to a key. */
  private static final Set<String> TYPES = Set.of("Bearer", "DPoP");

  private static final Set<String> REQUIRED = Set.of("sub", "exp", "iat", "jti");

  private final DefaultJWTProcessor<SecurityContext> now;
  private final DefaultJWTProcessor<SecurityContext> atAnyTime;

  private JwtVerifier(
      DefaultJWTProcessor<SecurityContext> now, DefaultJWTProcessor<SecurityContext> atAnyTime) {
    this.now = now;
    this.atAnyTime = atAnyTime;
  }

  /**
   * @param issuer the realm; its keys are fetched on first use and cached
   * @param audience the required audience
   */
  public static JwtVerifier of(URI issuer, String audience) {
    JWKSource<SecurityContext> keys = keys(issuer);
    JWTClaimsSet exact = new JWTClaimsSet.Builder().issuer(issuer.toString()).build();
    Claims strict = new Claims(audience, exact);
    // A revoked token has no key in Redis after its expiry: clock skew would make it valid again.
    strict.setMaxClockSkew(0);
    return new JwtVerifier(
        processor(keys, strict), processor(keys, new ClaimsAtAnyTime(audience, exact)));
  }

  /**
   * The claims of a valid token.
   *
   * @throws ExpiredJWTException if the token is valid except for its expiry
   */
  JWTClaimsSet check(String token) throws BadJOSEException, JOSEException, ParseException {
    return now.process(token, null);
  }

  /** The claims of a token of this realm for the audience, even if it has expired. */
  public Optional<JWTClaimsSet> recognise(String token) {
    try {
      return Optional.of(atAnyTime.process(token, null));
    } catch (BadJOSEException | JOSEException | ParseException notOurs) {
      return Optional.empty();
    }
  }

  private static JWKSource<SecurityContext> keys(URI issuer) {
    try {
      return JWKSourceBuilder.create(URI.create(issuer + "/protocol/openid-connect/certs").toURL())
          .retrying(true)
          .build();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static DefaultJWTProcessor<SecurityContext> processor(
      JWKSource<SecurityContext> keys, Claims claims) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    // One algorithm, chosen here and not by the token (RFC 8725, section 3.1).
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
    processor.setJWTClaimsSetVerifier(claims);
    return processor;
  }

  /** Verifies the type as well: ID tokens have the same issuer and signature. */
  private static class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {

    Claims(String audience, JWTClaimsSet exact) {
      super(audience, exact, REQUIRED);
    }

    @Override
    public void verify(JWTClaimsSet claims, SecurityContext context) throws BadJWTException {
      super.verify(claims, context);
      if (!TYPES.contains(String.valueOf(claims.getClaim("typ")))) {
        throw new BadJWTException("not an access token");
      }
    }
  }

  private static final class ClaimsAtAnyTime extends Claims {

    ClaimsAtAnyTime(String audience, JWTClaimsSet exact) {
      super(audience, exact);
    }

    /** Without a time, the expiry is not checked. */
    @Override
    protected Date currentTime() {
      return null;
    }
  }
}
