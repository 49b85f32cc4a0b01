package dev.tokenguard.rotation.contract;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.TestClock;
import org.junit.jupiter.api.Nested;

/** The rules for each {@link FamilyStore}. A subclass opens the store, empty. */
public abstract class FamilyStoreContract {

  /** An empty store with this clock. */
  protected abstract FamilyStore open(TestClock clock);

  @Nested
  final class Decisions extends DecisionRules {
    Decisions() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class UnexpiredAccessTokens extends AccessTokenRules {
    UnexpiredAccessTokens() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class Records extends RecordRules {
    Records() {
      super(FamilyStoreContract.this::open);
    }
  }
}
