package dev.tokenguard.rotation.contract;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.TestClock;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decisions of the store: the name of a rule, a policy, and a {@link Scenario}. */
abstract class DecisionRules extends StoreRules {

  DecisionRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # Lineage
          the first token starts a family         |                       | 0 started, +60s, 1 rotated, 2 rotated
          a recorded login is continued           |                       | login, +60s, 0 rotated, 1 rotated
          a newer token: writes were lost         |                       | 0 started, 7 fast-forwarded, 8 rotated
          the stale branch is detected            |                       | 0 started, 7 fast-forwarded, 1 reused/older-generation, 8 revoked/family
          a token without a record is adopted     |                       | 5 adopted, 5 replayed, 6 rotated, 4 reused/older-generation
          an adopted token is replayed            |                       | 5 adopted, +9s, 5 replayed, 4 reused/older-generation
          denied without a record                 | on-missing-state=deny | 5 missing, 0 started, 1 rotated, 5 fast-forwarded
          a login is a record                     | on-missing-state=deny | login, 5 fast-forwarded
          a token too old for its session         |                       | 0^ missing, 7^ missing, 0 started, 1^ rotated
          a token as old as its session           |                       | 3^0s adopted
          a token too old, only observed          | mode=observe          | 7^ adopted(missing)
          the largest generation                  |                       | 9007199254740989 adopted, 9007199254740989 replayed, 9007199254740990 rotated, 9007199254740989 reused/older-generation
          two families of one user                |                       | 0 started, 1 rotated, b.0 started, 2 rotated, b.1 rotated
          no refresh token is issued              |                       | 0 started, 1_ kept, 1_ kept, 0_ kept, 1 rotated
          a reuse where none is issued            |                       | 0 started, 1 rotated, 0_ reused/older-generation, 2 revoked/family
          a reuse is reported once                |                       | 0 started, 1 rotated, 2 rotated, 0 reused, 0 revoked/family, 3 revoked/family, 4 revoked/family
          a reuse leaves other families           |                       | 0 started, 1 rotated, b.0 started, 0 reused, b.1 rotated
          revoked after months                    |                       | 0 started, 1 rotated, 0 reused, +9999000s, 2 revoked/family
          # Grace period
          a replay gets the same token            | grace-period=10       | 0 started, +5s, 0 replayed, 0 replayed, 1 rotated, +9s, 1 replayed
          just before the end                     | grace-period=10       | 0 started, +9999ms, 0 replayed
          just after the end                      | grace-period=10       | 0 started, +10s, 0 reused/grace-period-over
          it does not slide                       | grace-period=10       | 0 started, +3s, 0 replayed, +3s, 0 replayed, +3s, 0 replayed, +1s, 0 reused/grace-period-over
          one generation deep                     | grace-period=10       | 0 started, 1 rotated, 0 reused/older-generation
          three tokens of one second              | grace-period=10       | 0 started, 1 rotated, 2 rotated, 1 reused/older-generation
          after a recorded login                  | grace-period=10       | login, +3600s, 0 rotated, +9s, 0 replayed, +1s, 0 reused/grace-period-over
          no grace                                | grace-period=0        | 0 started, 0 reused/grace-period-over
          no grace, clock set back                | grace-period=0        | 0 started, -5s, 0 reused/grace-period-over
          no grace, an earlier arrival            | grace-period=0        | 0 started, 0~20s reused/grace-period-over
          clock set back                          | grace-period=10       | 0 started, -5s, 0 replayed, 1 rotated
          a slow node                             | grace-period=10       | 0 started, +16s, 0~6001ms replayed, 0~6s reused/grace-period-over
          binding switched on meanwhile           |                       | 0 started, with bind-to=ip, 0 replayed
          replays are limited                     | grace-max-replays=2   | 0 started, 0 replayed, 0 replayed, 0 throttled/1000ms, 1 rotated, 1 replayed, 1 replayed, 1 throttled/1000ms
          beyond the limit, from elsewhere        | grace-max-replays=1   | 0 started, 0 replayed, 0@agent reused/other-context
          beyond the limit, too late              | grace-max-replays=1   | 0 started, 0 replayed, +10s, 0 reused/grace-period-over
          no limit                                | grace-max-replays=0   | 0 started, 0 replayed, 0 replayed, 0 replayed, 0 replayed, 0 replayed, 0 replayed, 0 replayed
          context none                            | grace-context=none    | 0 started, 0@agent replayed, 0@ip replayed
          context user agent                      |                       | 0 started, 0@ip replayed, 0@agent reused/other-context
          context ip                              | grace-context=ip      | 0 started, 0@agent replayed, 0@ip reused/other-context
          context both, other agent               | grace-context=user-agent-and-ip | 0 started, 0 replayed, 0@agent reused/other-context
          context both, other ip                  | grace-context=user-agent-and-ip | 0 started, 0 replayed, 0@ip reused/other-context
          the context is that of the rotation     |                       | 0 started, 1@agent rotated, 1@agent replayed, 1 reused/other-context
          a login's context does not count        |                       | login@agent, 0 rotated, 0 replayed, 0@agent reused/other-context
          # A long grace period, several generations, and the key of the client
          seven days                              | grace-period=604800   | 0 started, +604799s, 0 replayed, +1s, 0 reused/grace-period-over
          until the successor is used             | grace-period=604800 grace-until=child-used | 0 started, +86400s, 0 replayed, +86400s, 0 replayed, 1 rotated, 0 reused/older-generation
          until it is used, other context         | grace-period=604800 grace-until=child-used | 0 started, +86400s, 0@agent reused/other-context
          three generations                       | grace-depth=3         | 0 started, 1 rotated, 2 rotated, 0 replayed, 1 replayed, 2 replayed, 3 rotated, 0 reused/older-generation
          each for its own grace period           | grace-depth=3         | 0 started, +6s, 1 rotated, +3s, 0 replayed, 1 replayed, +1s, 1 replayed, 0 reused/grace-period-over
          the middle one, later                   | grace-depth=3         | 0 started, +6s, 1 rotated, +6s, 2 rotated, +3s, 1 replayed, +1s, 1 reused/grace-period-over
          ten generations                         | grace-depth=10        | 0 started, 1 rotated, 2 rotated, 3 rotated, 4 rotated, 5 rotated, 6 rotated, 7 rotated, 8 rotated, 9 rotated, 0 replayed, 10 rotated, 1 replayed, 0 reused/older-generation
          several generations, other context      | grace-depth=3         | 0 started, 1 rotated, 0@agent reused/other-context
          the depth is raised                     |                       | 0 started, 1 rotated, +1s, 2 rotated, with grace-depth=5, 1 reused/grace-period-over
          the depth is raised, then a rotation    |                       | 0 started, 1 rotated, with grace-depth=5, 2 rotated, 1 replayed, 0 reused/grace-period-over
          the depth is lowered                    | grace-depth=5         | 0 started, 1 rotated, 2 rotated, 0 replayed, with grace-depth=2, 0 reused/older-generation
          lowered and raised again                | grace-depth=5         | 0 started, 1 rotated, with grace-depth=1, 2 rotated, with grace-depth=5, 0 reused/grace-period-over
          several generations, a lost response    | grace-depth=3         | 0 started, +5s, 1 rotated, +10s, 1? replayed, 0 reused/grace-period-over
          an older generation is a reuse          | grace-depth=3         | 0 started, +5s, 1 rotated, +10s, 0! reused/grace-period-over
          writes were lost                        | grace-depth=3         | 0 started, 1 rotated, 7 fast-forwarded, 7 replayed, 1 reused/older-generation
          writes were lost, within the depth      | grace-depth=3         | 0 started, 1 rotated, 3 fast-forwarded, 3 replayed, 2 reused/grace-period-over
          the key, any generation at any time     | grace-context=key     | 0* started, 1* rotated, 2* rotated, 0* converged, 1* converged, 2* replayed, +1000s, 2* converged, 0* converged, 3* rotated, 0* converged
          the key, without grace                  | grace-context=key grace-period=0 | 0* started, 0* converged, 1* rotated, 0* converged
          the key is missing                      | grace-context=key     | 0* started, 0% reused/other-context
          the key is missing, later               | grace-context=key     | 0* started, 1* rotated, +10s, 1% reused/grace-period-over
          the key is missing, an older token      | grace-context=key     | 0* started, 1* rotated, 2* rotated, 0% reused/older-generation, 3* revoked/family
          a token without a key                   | grace-context=key     | 0 started, 0 reused/other-context
          a key does not matter                   | grace-context=key     | 0 started, +10s, 0! reused/grace-period-over
          a key that the policy does not use      |                       | 0* started, 0% replayed, 1* rotated, 0* reused/older-generation
          the key, any user agent                 | grace-context=key     | 0* started, 0*@agent replayed, 1* rotated, 0*@ip converged
          convergence is not a replay in grace    | grace-context=key grace-max-replays=1 | 0* started, 0* replayed, 0* throttled/1000ms, 1* rotated, 0* converged, 0* converged
          the key, and many refreshes             | grace-context=key max-refreshes-per-minute=3 | 0* started, 1* rotated, 0* converged, 0* throttled
          the key, what is revoked                | grace-context=key     | 0* started, 1* rotated, revoke session, 0* revoked/session
          the key, only observed                  | mode=observe grace-context=key | 0* started, 1* rotated, 0* converged, 0% replayed(reused)
          bound to a key                          | bind-to=key           | 0* started, 1% mismatched, 1* rotated
          bound to a key, and revoking            | bind-to=key on-binding-mismatch=revoke-family | 0* started, 1% mismatched, 1* revoked/family
          bound to a key, without one             | bind-to=key           | 0 started, 1 rotated
          bound to a key, a replay without it     | bind-to=key           | 0* started, 0% mismatched, 0* replayed
          # Without rotation: the same token is returned, and everything else works
          the same token, as often as it is used  | rotation=off          | login, 0 kept, +100s, 0 kept, +100s, 0 kept
          without a recorded login                | rotation=off          | 0 kept, 0 kept
          later without a record                  | rotation=off          | 5 kept, 5 kept, 4 replayed
          denied without a record                 | rotation=off on-missing-state=deny | 5 missing, 0 kept
          a record of an older token              | rotation=off          | 0 kept, 7 kept, 3 reused/older-generation, 7 revoked/family
          what is revoked                         | rotation=off          | login, 0 kept, revoke session, 0 revoked/session
          a family                                | rotation=off          | login, 0 kept, revoke families a names a, 0 revoked/family
          limits                                  | rotation=off max-refreshes-per-minute=2 absolute-lifetime=600 | 0 kept, 0 kept, 0 throttled, +60s, 0 kept, +600s, 0 expired
          rotations are none                      | rotation=off max-rotations=1 | 0 kept, 0 kept
          binding                                 | rotation=off bind-to=ip | login, 0 kept, 0@ip mismatched
          switched off                            |                       | 0 started, 1 rotated, with rotation=off, 2 kept, 2 kept, 1 replayed, 0 reused/older-generation
          switched on                             | rotation=off          | login, 0 kept, +60s, with rotation=on, 0 rotated, 0 replayed, 1 rotated
          only observed                           | rotation=off mode=observe max-refreshes-per-minute=1 | 0 kept, 0 kept(throttled)
          # The attempt that got the newest token got no response, so no client has that token
          it is given after the grace period      |                       | 0 started, +300s, 0? replayed, 1 rotated
          and the grace period starts then        |                       | 0 started, +300s, 0? replayed, +9s, 0! replayed, +1s, 0 reused/grace-period-over
          without grace it is given once          | grace-period=0        | 0 started, 0? replayed, 0 reused/grace-period-over
          after replays were used up              | grace-max-replays=1   | 0 started, 0 replayed, 0! throttled, +10s, 0? replayed, 0! throttled
          an older token is not granted           |                       | 0 started, 1 rotated, 0! reused, 1! revoked
          another context is not granted          |                       | 0 started, +10s, 0@agent! reused/grace-period-over
          an observing policy asks for none       | mode=observe          | 0 started, +10s, 0! replayed(reused)
          the attempt that was granted it last    | grace-period=0        | 0#one1 started, 0#two2?one1 replayed, 0#thr3?two2 replayed, 0#fou4?two2 reused
          only a later attempt got no answer      | grace-period=0        | 0#one1 started, 0#two2?thf1 reused
          the next attempt got an answer          | grace-period=0        | 0#one1 started, 0#two2?one1 replayed, 0#thf1?one1 reused
          an attempt without a name               | grace-period=0        | 0# started, 0#two2! reused
          # Limits
          rotations are used up                   | max-rotations=2       | 0 started, 1 rotated, 2 limited, 1 replayed, with max-rotations=0, 2 rotated
          the limit was lowered                   |                       | 0 started, 1 rotated, 2 rotated, with max-rotations=2, 2 replayed, 3 limited
          without a record and ahead of it        | max-rotations=2       | 2 limited, 0 started, 9 limited, 1 rotated
          the lifetime is over                    | absolute-lifetime=3600 | 0 started, +3599s, 1 rotated, +1s, 2 expired, 1 expired, b.0 expired
          an expired token is still a reuse       | absolute-lifetime=3600 | 0 started, 1 rotated, 2 rotated, +3600s, 0 reused/older-generation
          refreshes of a minute                   | max-refreshes-per-minute=2 | 0 started, 1 rotated, +20500ms, 2 throttled/39250ms, +39249ms, 2 throttled/1ms, +1ms, 2 rotated, 3 rotated, 4 throttled
          throttled requests do not count         | max-refreshes-per-minute=2 | 0 started, 1 rotated, +1s, 2 throttled, 2 throttled, 2 throttled, +59s, 2 rotated, 3 rotated
          replays count                           | max-refreshes-per-minute=2 | 0 started, 0 replayed, 0 throttled, 1 throttled
          a login does not count                  | max-refreshes-per-minute=2 | login, 0 rotated, 1 rotated, 2 throttled
          a reuse is detected all the same        | max-refreshes-per-minute=2 | 0 started, 1 rotated, 2 throttled, 0 reused/older-generation
          another family is not throttled         | max-refreshes-per-minute=2 | 0 started, 1 rotated, 2 throttled, b.0 started
          a minute, clock set back                | max-refreshes-per-minute=2 | 0 started, 1 rotated, -30s, 2 rotated, 3 rotated, 4 throttled
          # Binding
          no binding                              |                       | 0 started, 1@ip rotated, 2 rotated
          by ip                                   | bind-to=ip            | 0 started, 1@agent rotated, 2@ip mismatched, 2 rotated
          by user agent                           | bind-to=user-agent    | 0 started, 1@ip rotated, 2@agent mismatched, 2 rotated
          by both                                 | bind-to=user-agent-and-ip | 0 started, 1@agent mismatched, 1@ip mismatched, 1 rotated
          by a recorded login                     | bind-to=ip            | login&here, 0@ip mismatched, 0 rotated, 1@ip mismatched
          by the first refresh of an older login  |                       | login, with bind-to=ip, 0@ip rotated, 1 mismatched
          by the next refresh once switched on    |                       | 0 started, with bind-to=ip, 1@ip rotated, 2 mismatched
          the token carries it                    | bind-to=ip            | 3@ip&here mismatched, 3&here adopted, 4@ip&here mismatched
          the record ranks above the token        | bind-to=ip            | 0 started, 1&ip rotated, 2@ip&ip mismatched
          a replay from elsewhere                 | bind-to=ip grace-context=none | 0 started, 0@ip mismatched, 0 replayed
          a reuse from elsewhere                  | bind-to=ip            | 0 started, 1 rotated, 0@ip reused/older-generation
          a mismatch revokes                      | bind-to=ip on-binding-mismatch=revoke-family | 0 started, 1 rotated, 2@ip mismatched, 2 revoked/family, 1@ip revoked/family
          a mismatch revokes without a record     | bind-to=ip on-binding-mismatch=revoke-family | 3@ip&here mismatched, 3&here revoked/family, 4&here revoked/family
          a mismatch is observed                  | bind-to=ip on-binding-mismatch=observe | 0 started, 1@ip rotated(mismatched), 1@ip replayed(mismatched), 2 rotated
          other rules apply to it                 | bind-to=ip on-binding-mismatch=observe grace-max-replays=1 max-rotations=2 | 0 started, 1@ip rotated(mismatched), 2@ip limited, 1@ip replayed(mismatched)
          # Observation
          nothing to observe                      | mode=observe          | 0 started, 1 rotated, 1 replayed
          an older token gets the newest one      | mode=observe          | 0 started, 1 rotated, +5s, 2 rotated, +5s, 0 replayed(reused), 1 replayed(reused), 3 rotated
          a late replay                           | mode=observe          | 0 started, +10s, 0 replayed(reused)
          a reuse uses up no grace                | mode=observe grace-max-replays=1 | 0 started, 0@agent replayed(reused), 0@agent replayed(reused), 0 replayed, 0 replayed(throttled)
          an observed reuse revokes nothing       | mode=observe          | 0 started, 1 rotated, 0 replayed(reused), with mode=enforce, 2 rotated
          what was revoked stays revoked          |                       | 0 started, 1 rotated, 0 reused, with mode=observe, 2 revoked, 0 revoked, 3 revoked, with lookup, 2 revoked, 0 revoked
          a missing record                        | mode=observe on-missing-state=deny | 5 adopted(missing)
          limits                                  | mode=observe max-rotations=3 | 3 adopted(limited), with mode=observe max-refreshes-per-minute=1, +60s, 4 rotated, 5 rotated(throttled), +60s, 6 rotated
          a lifetime                              | mode=observe absolute-lifetime=60 | 0 started, +60s, 1 rotated(expired)
          a binding that denies                   | mode=observe bind-to=ip on-binding-mismatch=deny | 0 started, 1@ip rotated(mismatched), 2 rotated
          a binding that revokes                  | mode=observe bind-to=ip on-binding-mismatch=revoke-family | 0 started, 1@ip rotated(mismatched), 2 rotated
          the gravest counts                      | mode=observe max-rotations=1 absolute-lifetime=1 max-refreshes-per-minute=1 | 0 started, +20s, 1 rotated(expired), 0 replayed(reused)
          a lookup                               |                       | 0 started, 1 rotated, with lookup, 2 kept, 1 kept, 0 kept(reused), b.7 kept, with mode=enforce, 2 rotated
          a lookup by the grace of its policy    |                       | 0 started, +200s, with lookup grace-period=300, 0 kept, with lookup, 0 kept(reused)
          # Records
          a login is recorded                     |                       | found, login, found a
          a login is recorded twice               |                       | login, +10s, a.login@ip, 0 rotated
          the refresh was faster                  |                       | 0 started, 1 rotated, +10s, login, 2 rotated
          its family was revoked                  |                       | revoke families a, +1s, login revokes a, 0 revoked/family, revoke families a names a
          its refreshed family was revoked        |                       | 0 started, 1 rotated, revoke families a names a, login revokes a, 2 revoked/family
          its session was revoked                 |                       | revoke session, login revokes a, found a!, login revokes a
          its user was revoked, unless it is later |                      | +1s, revoke user, login revokes a, b:later.login, b.0 rotated, 0 revoked/family
          it is revoked also if the policy observes | mode=observe        | revoke session, login revokes a, found a!, 0 revoked
          its token expires                       |                       | login, +10000000s, found a, +1s, found
          families of one user                    |                       | 0 started, b.0 started, c:other-user.0 started, found a b
          families that marks cover               |                       | login, b:other-client:other-session.login, c:other-session.login, d:offline.login, +1s, revoke online, found a! b c d, revoke client, found a! b c! d!, revoke user, found a! b! c! d!
          # Revocations
          a family                                |                       | b.0 started, 0 started, 1 rotated, revoke families a names a, 0 revoked/family, 1 revoked/family, 2 revoked/family, 3 revoked/family, b.1 rotated
          a family before its first refresh       |                       | revoke families a, 0 revoked/family, 1 revoked/family
          families that are revoked again         |                       | 0 started, b.4 adopted, revoke families x b a names b a, revoke families y b a names b a
          for longer than tokens are valid        |                       | 0 started, +5000s, revoke families a names a, +9999999s, found a!, 1 revoked/family
          a session                               |                       | 0 started, 1 rotated, revoke session, 2 revoked/session, 0 revoked/session, b:other-client.0 revoked/session, c:other-session.0 started
          logins in the session                   |                       | revoke session, b:later.0 revoked/session, +1s, c:later.0 started
          an online session                       |                       | revoke online, b:offline.0 started, 0 revoked/session, revoke offline, b.1 revoked/session
          an offline session                      |                       | revoke offline, 0 started, b:offline.0 revoked/session
          a client session                        |                       | 0 started, 1 rotated, +1s, revoke client-session, 2 revoked/client-session, b.0 revoked/client-session, c:other-client.0 started, d:other-session.0 started
          logins in the client session            |                       | +1s, revoke client-session, b:rejoined.0 started, +1s, revoke client-session, b.1 revoked/client-session
          a client session and a family of it     |                       | revoke client-session a, 0 revoked/family, b.0 started
          a client                                |                       | +10s, revoke client, 0 revoked/client-session, b:other-session.0 revoked/client-session, c:other-client.0 started, d:rejoined.0 started
          a user                                  |                       | +1s, revoke user, 0 revoked/user, b:other-session.0 started, c:other-user.0 started
          a user, again                           |                       | +1s, revoke user, b:later.0 started, +1s, revoke user, b.1 revoked/user
          a user, by a clock that is set back     |                       | +100s, revoke user, -100s, revoke user, 0 revoked/user
          a client session, the clock is set back |                       | +100s, revoke client-session, -50s, revoke client-session, b:rejoined.0 revoked/client-session
          a session, by a clock that is set back  |                       | +100s, revoke session, -50s, revoke session, +50s, b:later.0 revoked/session
          a client, by a clock that is set back   |                       | +100s, revoke client, -50s, revoke client, b:rejoined.0 revoked/client-session
          the narrowest revocation is reported    |                       | +1s, revoke user, 0 revoked/user, revoke client-session, 0 revoked/client-session, revoke session, 0 revoked/session, revoke families a, 0 revoked/family
          late, after the next login              |                       | +1s, b:later:rejoined.login, -1s, revoke session, revoke client, revoke user, +3600s, b.0 rotated, 0 revoked/session
          nothing                                 |                       | 0 started, revoke families, 1 rotated
          # Logins of a user at a client, by the largest number of families
          the oldest is revoked                   | limit=2 | login, b.login, c.login revokes a, 0 revoked/family, b.0 rotated, c.0 rotated, d.login revokes b
          the oldest login, not the least used    | limit=2 | login, b.login, 0 rotated, 1 rotated, c.login revokes a, 2 revoked/family
          by the order of logins, not of ids      | limit=3 | b.login, a.login, c.login, d.login revokes b, e.login revokes a
          no limit                                | limit=0 | login, b.login, c.login, d.login
          the limit is lowered                    | limit=9 | login, b.login, c.login, d.login, with limit=2, e.login revokes a b c
          a family without a login counts         | limit=2 | 7 adopted, b.login, c.login revokes a
          other clients and users do not count    | limit=2 | b:other-client.login, c:other-user.login, login, d.login, e.login revokes a, b.0 rotated, c.0 rotated
          revoked families do not count           | limit=9 | login, b:other-session.login, c.login, c.0 rotated, c.1 rotated, c.0 reused, revoke families a names a, revoke other-session, with limit=2, d.login, e.login, f.login revokes d
          revoked client sessions do not count    | limit=2 | login, +1s, revoke client-session, b:rejoined.login, c:rejoined.login, d:rejoined.login revokes b
          nor do sessions before a cut-off        | limit=2 | login, +1s, revoke user, b:later.login, c:later.login, d:later.login revokes b
          nor do expired families                 | limit=2 | login, +10000001s, b.login, c.login
          nor do families without a record        | limit=2 | revoke families x, login, b.login
          a revoked login revokes no other        | limit=2 | login, b.login, revoke other-session, c:other-session.login revokes c, 0 rotated
          nor does a login that is recorded       | limit=0 | login, b.login, c.login, with limit=2, c.login
          nor does an observing policy            | mode=observe limit=1 | login, b.login, with mode=enforce, 0 rotated
          it is found until access tokens expire  | limit=2 | login, b.login, c.login revokes a, +360s, found a! b c, +1s, found b c
          an idle family is not found for long    | limit=2 | a:offline.login, +100000s, b.login, c.login revokes a, +1s, found b c
          it stays refused                        | limit=2 | login, +1s, 0 rotated, 1 rotated, b.login, c.login revokes a, +361s, 100 logins, 0=362s revoked/family, 1=361s revoked/family, 2=361s revoked/family
          an offline family stays refused         | limit=2 | a:offline.login, +1s, 0 rotated, b.login, c.login revokes a, +361s, 100 logins, 0=362s revoked/family, 1=361s revoked/family
          it stays refused by each policy         | limit=2 | login, b.login, c.login revokes a, +361s, 100 logins, with mode=observe, 0=361s revoked/family, with lookup, 0=361s revoked/family, with on-missing-state=deny, 0=361s revoked/family
          it stays refused without a limit        | limit=2 | login, b.login, c.login revokes a, +361s, with limit=0, 100 logins, d.3 adopted, e.3 adopted, 0=361s revoked/family
          tokens without a record: younger ones   | limit=2 | login, b.login, c.login revokes a, +5s, d.0=5s revoked/family, d.7=5s revoked/family, e.0=4s started, f.7=4s adopted, e.1=4s rotated
          those of other clients and users        | limit=2 | login, b.login, c.login revokes a, d:other-client.3=9s adopted, e:other-user.3=9s adopted
          an earlier login that is recorded late  | limit=2 | login, b.login, c.login revokes a, d.login=60s revokes b, d.0=60s rotated
          the youngest token of several counts    | limit=2 | login, b.login, +60s, 0 rotated, c.login revokes a, d.login revokes b, e.3=10s revoked/family
          """)
  void given_a_policy_and_steps_then_each_has_its_result(String name, String policy, String steps) {
    String limit = "max-families-per-user-and-client=";
    new Scenario(store, clock, policy == null ? "" : policy.replace("limit=", limit))
        .run(steps.replace("limit=", limit));
  }
}
