package dev.tokenguard.revocation;

import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.TestClock;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;

/** What every {@link RevocationList} promises. One passes by a subclass that opens it, empty. */
public abstract class BlacklistContract {

  /** Gives an empty blacklist. It may go by the clock, or by real time: the clock begins there. */
  protected abstract RevocationList open(TestClock clock);

  /**
   * Until when the blacklist opened last has an entry about the same, seconds since the epoch;
   * empty when it has none.
   */
  protected abstract OptionalLong livesUntil(Entry entry);

  @Nested
  final class Adding extends AddingRules {
    Adding() {
      super(BlacklistContract.this::open, BlacklistContract.this::livesUntil);
    }
  }

  @Nested
  final class Strengthening extends StrengtheningRules {
    Strengthening() {
      super(BlacklistContract.this::open, BlacklistContract.this::livesUntil);
    }
  }

  @Nested
  final class Matching extends MatchingRules {
    Matching() {
      super(BlacklistContract.this::open, BlacklistContract.this::livesUntil);
    }
  }

  @Nested
  final class OddIds extends OddIdRules {
    OddIds() {
      super(BlacklistContract.this::open, BlacklistContract.this::livesUntil);
    }
  }
}
