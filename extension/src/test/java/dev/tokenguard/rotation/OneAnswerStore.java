package dev.tokenguard.rotation;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A store that answers each refresh alike, and nothing else. */
record OneAnswerStore(Answer answer) implements FamilyStore {

  interface Answer {
    RefreshDecision to(
        RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered);
  }

  static OneAnswerStore answering(RefreshDecision decision) {
    return new OneAnswerStore((request, policy, wasUnanswered) -> decision);
  }

  static OneAnswerStore away() {
    return new OneAnswerStore(
        (request, policy, wasUnanswered) -> {
          throw new StoreUnavailableException("away", null);
        });
  }

  /** Asked, it does not answer in time. */
  static OneAnswerStore silent() {
    return new OneAnswerStore(
        (request, policy, wasUnanswered) -> {
          throw StoreUnavailableException.unanswered("silent", null);
        });
  }

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    throw new UnsupportedOperationException("a refresh is no login");
  }

  @Override
  public RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered) {
    return answer.to(request, policy, wasUnanswered);
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    throw new UnsupportedOperationException("a refresh revokes nothing by itself");
  }

  @Override
  public void find(String userId, Consumer<TokenFamily> each) {
    throw new UnsupportedOperationException("a refresh lists nothing");
  }

  @Override
  public long recordExchange(String userId, String tag, String prefix, long expiresAt) {
    throw new UnsupportedOperationException("a refresh is no exchange");
  }

  @Override
  public List<String> exchanged(String userId, String tag) {
    throw new UnsupportedOperationException("a refresh lists nothing");
  }
}
