package dev.tokenguard.demo.account;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.demo.api.AccessTokenValidator;
import dev.tokenguard.demo.api.ProtectedRoute;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Route;
import dev.tokenguard.testbed.client.AdminApi;

/** Actions of an administrator that the owner of a valid access token may request. */
public final class AccountActions {

  /** The password that every user of the demo has. */
  private static final String PASSWORD = "demo";

  private final AccessTokenValidator validator;
  private final AdminApi admin;

  public AccountActions(AccessTokenValidator validator, AdminApi admin) {
    this.validator = validator;
    this.admin = admin;
  }

  /** Revokes all tokens and sessions of the user through the admin REST API. */
  public Route logOutEverywhere() {
    return new ProtectedRoute(
        validator,
        claims -> done(admin.delete("/token-guard/users/" + user(claims) + "/families").isOk()));
  }

  /** Sets the same password again, which is a reset in Keycloak. */
  public Route passwordReset() {
    return new ProtectedRoute(
        validator, claims -> done(admin.resetPassword(user(claims), PASSWORD).isOk()));
  }

  private static String user(JWTClaimsSet claims) {
    return claims.getSubject();
  }

  private static Reply done(boolean isDone) {
    return Reply.of(isDone ? 204 : 502);
  }
}
