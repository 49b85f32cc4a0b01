package dev.tokenguard.redis.store;

import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.ContextMatch;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import java.util.List;

/** The arguments of {@code begin.lua} and {@code rotate.lua}, in the order of their headers. */
final class RotationArguments {

  private final ScriptArguments arguments = new ScriptArguments();

  private RotationArguments() {}

  static List<String> ofLogin(RotationRequest login, RotationPolicy policy, RedisKeys keys) {
    RotationArguments all = new RotationArguments().tokens(login, keys);
    return all.arguments
        .number(policy.maxFamiliesPerUserAndClient())
        .flag(policy.isObserving())
        .inOrder();
  }

  /**
   * @param excused the attempt that got no answer, {@code -} for none, or {@code ask} to be asked
   *     if it matters
   */
  static List<String> ofRefresh(
      RotationRequest request, RotationPolicy policy, String excused, RedisKeys keys) {
    RotationArguments all =
        new RotationArguments().tokens(request, keys).request(request).limits(request, policy);
    return all.arguments.text(excused).inOrder();
  }

  /** The same for both scripts. */
  private RotationArguments tokens(RotationRequest request, RedisKeys keys) {
    String family = keys.compact(request.presented().family());
    String session = keys.compact(request.session().id());
    String client = keys.compact(request.session().clientId());
    boolean isOffline = request.session().isOffline();
    arguments
        .text(RedisKeys.lineage(family))
        .text(RedisKeys.accessTokens(family))
        .text(RedisKeys.session(session, isOffline))
        .text(RedisKeys.clientSession(session, client))
        .text(RedisKeys.client(client))
        .text(RedisKeys.USER_CUTOFF)
        .text(RedisKeys.order(client))
        .text(RedisKeys.origins(client))
        .number(request.presented().generation())
        .text(session)
        .number(request.session().started())
        .number(request.session().clientStarted())
        .flag(isOffline)
        .number(request.child().issuedAt())
        .number(request.child().expiresAt())
        .number(request.child().retainUntil())
        .number(request.child().revokedRetainUntil())
        .number(request.accessToken().expiresAt())
        .text(request.accessToken().prefix())
        .text(request.accessToken().loginPrefix())
        .text(request.context().userAgent())
        .text(request.context().ip())
        .text(request.binding().map(RequestContext::userAgent).orElse(""))
        .text(request.binding().map(RequestContext::ip).orElse(""))
        .text(request.parentTag().orElse(""))
        .text(request.attempt().id());
    return this;
  }

  private RotationArguments request(RotationRequest request) {
    arguments
        .number(request.attempt().age().toMillis())
        .number(request.usableUntil())
        .number(request.presentedIssuedAt())
        .flag(request.issuesRefreshToken());
    return this;
  }

  private RotationArguments limits(RotationRequest request, RotationPolicy policy) {
    arguments.number(policy.gracePeriod().toMillis()).number(policy.graceMaxReplays());
    compares(policy.graceContext());
    arguments
        .number(policy.maxRotations())
        .number(policy.notAfter(request.session().started()))
        .number(policy.maxRefreshesPerMinute());
    compares(policy.bindTo());
    arguments
        .text(Setting.id(policy.onBindingMismatch()))
        .text(Setting.id(policy.onMissingState()))
        .text(Setting.id(policy.mode()));
    return this;
  }

  private void compares(ContextMatch match) {
    arguments.flag(match.comparesUserAgent()).flag(match.comparesIp());
  }
}
