package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;

/** One user at one app: logs in once, then refreshes with the token that it was given last. */
final class RefreshChain {

  private final OidcClient app;
  private final String scope;
  private final String user;
  private String token = "";

  RefreshChain(OidcClient app, String scope, String user) {
    this.app = app;
    this.scope = scope;
    this.user = user;
  }

  void logIn() {
    token = app.loginFor(scope, user, BenchmarkRealm.PASSWORD).orFail().refreshToken();
  }

  void refresh() {
    Answer answer = app.refresh(token);
    if (!answer.isOk()) {
      throw new BenchmarkFailure(
          "A refresh was refused with " + answer.status() + ": " + answer.body());
    }
    token = answer.refreshToken();
  }
}
