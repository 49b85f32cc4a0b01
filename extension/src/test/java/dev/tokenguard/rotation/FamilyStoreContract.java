package dev.tokenguard.rotation;

import org.junit.jupiter.api.Nested;

/**
 * What every {@link FamilyStore} promises. A store passes by a subclass that opens it, empty.
 *
 * <p>The rules are grouped as in the table of the protocol; each group is a class.
 */
public abstract class FamilyStoreContract {

  /** Gives an empty store that goes by the clock. */
  protected abstract FamilyStore open(TestClock clock);

  @Nested
  final class Decisions extends DecisionRules {
    Decisions() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class Beginnings extends BeginRules {
    Beginnings() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class CappedFamilies extends CapRules {
    CappedFamilies() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class Revoking extends RevocationRules {
    Revoking() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class LiveAccessTokens extends AccessTokenRules {
    LiveAccessTokens() {
      super(FamilyStoreContract.this::open);
    }
  }

  @Nested
  final class Finding extends FindingRules {
    Finding() {
      super(FamilyStoreContract.this::open);
    }
  }
}
