package dev.tokenguard.rotation;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A store that says one and the same to every refresh, and nothing to anything else. */
record OneAnswerStore(Supplier<RotationOutcome> answer) implements FamilyStore {

  static OneAnswerStore answering(RotationOutcome outcome) {
    return new OneAnswerStore(() -> outcome);
  }

  static OneAnswerStore away() {
    return new OneAnswerStore(
        () -> {
          throw new StoreUnavailableException("away", null);
        });
  }

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    throw new UnsupportedOperationException("a refresh is no login");
  }

  @Override
  public RotationOutcome rotate(
      RotationRequest request, RotationPolicy policy, BooleanSupplier wasUnanswered) {
    return answer.get();
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    throw new UnsupportedOperationException("a refresh revokes nothing by itself");
  }

  @Override
  public List<TokenFamily> find(String userId) {
    throw new UnsupportedOperationException("a refresh lists nothing");
  }
}
