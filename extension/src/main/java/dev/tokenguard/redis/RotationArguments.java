package dev.tokenguard.redis;

import dev.tokenguard.rotation.ContextMatch;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.settings.Setting;
import java.util.List;

/** What {@code begin.lua} and {@code rotate.lua} are told, in the order of their headers. */
final class RotationArguments {

  private final ScriptArguments arguments = new ScriptArguments();

  private RotationArguments() {}

  static List<String> ofLogin(RotationRequest login, RotationPolicy policy, KeySpace keys) {
    RotationArguments all = new RotationArguments().tokens(login, keys);
    return all.arguments.number(policy.maxFamiliesPerUser()).flag(policy.isObserving()).inOrder();
  }

  /**
   * @param wasUnanswered {@code yes}, {@code no}, or {@code ask} to be asked if it matters
   */
  static List<String> ofRefresh(
      RotationRequest request, RotationPolicy policy, String wasUnanswered, KeySpace keys) {
    RotationArguments all =
        new RotationArguments().tokens(request, keys).limits(request.session(), policy);
    return all.arguments.text(wasUnanswered).inOrder();
  }

  /** The same for both scripts. */
  private RotationArguments tokens(RotationRequest request, KeySpace keys) {
    String family = keys.compact(request.presented().family());
    String session = keys.compact(request.session().id());
    String client = keys.compact(request.session().clientId());
    arguments
        .text(KeySpace.lineage(family))
        .text(KeySpace.origin(family))
        .text(KeySpace.accessTokens(family))
        .text(KeySpace.session(session))
        .text(KeySpace.clientSession(session, client))
        .text(KeySpace.USER_CUTOFF)
        .number(request.presented().generation())
        .text(session)
        .text(client)
        .number(request.session().started())
        .number(request.session().clientStarted())
        .flag(request.session().isOffline())
        .number(request.child().issuedAt())
        .number(request.child().expiresAt())
        .number(request.child().retainUntil())
        .number(request.accessToken().expiresAt())
        .text(request.accessToken().prefix())
        .text(request.accessToken().loginPrefix())
        .text(request.context().userAgent())
        .text(request.context().ip())
        .text(request.binding().map(RequestContext::userAgent).orElse(""))
        .text(request.binding().map(RequestContext::ip).orElse(""));
    return this;
  }

  private RotationArguments limits(RotationRequest.Session session, RotationPolicy policy) {
    arguments.number(policy.gracePeriod().toMillis()).number(policy.graceMaxReplays());
    compares(policy.graceContext());
    arguments
        .number(policy.maxRotations())
        .number(policy.notAfter(session.started()))
        .number(policy.maxRefreshesPerMinute());
    compares(policy.bindTo());
    arguments
        .text(Setting.word(policy.onBindingMismatch()))
        .text(Setting.word(policy.onMissingState()))
        .flag(policy.isObserving());
    return this;
  }

  private void compares(ContextMatch match) {
    arguments.flag(match.comparesUserAgent()).flag(match.comparesIp());
  }
}
