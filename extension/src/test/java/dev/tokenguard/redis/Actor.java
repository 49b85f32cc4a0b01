package dev.tokenguard.redis;

import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.List;

/** Someone who does one thing after the other, chosen by a number. */
sealed interface Actor {

  void act(int choice);

  /** An app that uses the newest token it was given, always. */
  final class StraightClient implements Actor {
    private final Endpoint endpoint;
    private final Login login;
    private long held;

    StraightClient(Endpoint endpoint, Login login) {
      this.endpoint = endpoint;
      this.login = login;
    }

    @Override
    public void act(int choice) {
      held = endpoint.refresh(login, held).orElse(held);
    }
  }

  /** Two tabs with one storage: each reads a token, and uses it when the other may have done so. */
  final class TwoTabs implements Actor {
    private final Endpoint endpoint;
    private final Login login;
    private final long[] read = new long[2];
    private long stored;

    TwoTabs(Endpoint endpoint, Login login) {
      this.endpoint = endpoint;
      this.login = login;
    }

    @Override
    public void act(int choice) {
      int tab = choice % 2;
      if (choice % 3 == 0) {
        read[tab] = stored;
      } else {
        stored = endpoint.refresh(login, read[tab]).orElse(stored);
        read[tab] = stored;
      }
    }

    long stored() {
      return stored;
    }
  }

  /** An app on a bad line: answers get lost, and it tries again. */
  final class UnluckyClient implements Actor {
    private final Endpoint endpoint;
    private final Login login;
    private long held;

    UnluckyClient(Endpoint endpoint, Login login) {
      this.endpoint = endpoint;
      this.login = login;
    }

    @Override
    public void act(int choice) {
      long answer = endpoint.refresh(login, held).orElse(held);
      boolean isLost = choice % 3 == 0;
      held = isLost ? held : answer;
    }
  }

  /** Copies the tabs' token now and then and uses what he has, sometimes in disguise. */
  final class Thief implements Actor {
    private final Endpoint endpoint;
    private final Login login;
    private final TwoTabs victim;
    private long stolen;

    Thief(Endpoint endpoint, Login login, TwoTabs victim) {
      this.endpoint = endpoint;
      this.login = login;
      this.victim = victim;
    }

    @Override
    public void act(int choice) {
      if (choice % 2 == 0) {
        stolen = victim.stored();
      } else {
        Login disguised = choice % 3 == 0 ? login : login.from(Login.OTHER_IP);
        stolen = endpoint.refresh(disguised, stolen).orElse(stolen);
      }
    }
  }

  /** Logs in anew; when the family is known already, Keycloak tells of a login twice. */
  final class Newcomer implements Actor {
    private final Endpoint endpoint;
    private final List<Login> logins;

    Newcomer(Endpoint endpoint, List<Login> logins) {
      this.endpoint = endpoint;
      this.logins = logins;
    }

    @Override
    public void act(int choice) {
      endpoint.begin(logins.get(choice % logins.size()));
    }
  }

  /** Ends families, client sessions and sessions, if seldom. */
  final class Admin implements Actor {
    private final Endpoint endpoint;
    private final List<Login> logins;

    Admin(Endpoint endpoint, List<Login> logins) {
      this.endpoint = endpoint;
      this.logins = logins;
    }

    @Override
    public void act(int choice) {
      Login login = logins.get(choice % logins.size());
      long until = endpoint.remembered();
      switch (choice) {
        case 0, 1 -> endpoint.revoke(Revocation.ofFamily(login.user(), login.family(), until));
        case 2, 3 ->
            endpoint.revoke(
                Revocation.ofClientSessions(
                    login.user(),
                    List.of(new ClientSession(login.session(), login.client())),
                    List.of(),
                    endpoint.now(),
                    until));
        case 4, 5 ->
            endpoint.revoke(
                Revocation.ofSession(
                    login.user(), Revocation.Session.both(login.session()), endpoint.now(), until));
        case 6 ->
            endpoint.revoke(Revocation.ofUser(login.user(), List.of(), login.started(), until));
        default -> {
          // Most of the time there is nothing to end.
        }
      }
    }
  }
}
