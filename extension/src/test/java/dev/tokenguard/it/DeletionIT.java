package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who deletes the own account, or an app, leaves no tokens of it behind. */
class DeletionIT extends TriggerTest {

  private static final int RACES = 10;
  private static final String ACTION = "/authentication/required-actions/delete_account";

  @Test
  void given_an_account_deleted_by_its_owner_then_all_tokens_of_it_are_dead() {
    allowDeletion();
    mayDelete(user);
    try {
      List<Held> held = logins(user);
      Held others = login(other);

      client.deleteAccount(user.name(), Lab.PASSWORD);

      held.forEach(it -> it.assertDead("account deleted"));
      assertThat(client.login(user.name(), Lab.PASSWORD).isOk()).isFalse();
      others.assertAlive("of another user");
    } finally {
      forbidDeletion();
    }
  }

  @Test
  void given_a_refresh_that_races_the_owners_deletion_then_no_token_born_in_the_race_works() {
    allowDeletion();
    try {
      Race.repeat(
          RACES,
          () -> {
            User each = lab.user();
            mayDelete(each);
            return new Race(login(each), client.askToDeleteAccount(each.name(), Lab.PASSWORD));
          });
    } finally {
      forbidDeletion();
    }
  }

  @Test
  void given_a_refresh_that_races_a_deleted_client_then_no_token_born_in_the_race_works() {
    String id = "deleted-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    Race.repeat(
        RACES,
        () -> {
          String path = "/clients/" + lab.admin().clientUuid(id);
          Held login = heldBy(app, user, user.logIn(app));
          return Race.inTheBackground(
              login,
              () -> {
                Race.insist(() -> lab.admin().delete(path));
                lab.createClient(id, true);
              },
              "(client-disabled): all ");
        });
  }

  @Test
  void given_an_account_made_anew_under_the_same_name_then_it_lives_and_the_old_tokens_do_not() {
    List<Held> held = logins(user);

    lab.admin().deleteUser(user.id()).orFail();
    User anew = new User(user.name(), lab.admin().createUser(user.name(), Lab.PASSWORD));

    Held next = login(anew);
    held.forEach(it -> it.assertDead("account deleted"));
    next.assertAlive("of the new account");
  }

  @Test
  void given_a_deleted_client_then_what_all_users_have_there_is_dead() {
    String id = "deleted-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    Held online = heldBy(app, user, user.logIn(app));
    Held refreshed = online.refreshed();
    Held offline = heldBy(app, other, other.logIn(app, "offline_access"));
    Held elsewhere = login(user);

    lab.admin().delete("/clients/" + lab.admin().clientUuid(id)).orFail();

    for (Held each : List.of(online, refreshed, offline)) {
      each.assertDead("client deleted");
    }
    elsewhere.assertAlive("at another client");
  }

  /** Owners may delete their accounts where the realm and a role allow it. */
  private static void allowDeletion() {
    switchDeletion(true);
  }

  private static void forbidDeletion() {
    switchDeletion(false);
  }

  private static void switchDeletion(boolean isAllowed) {
    ObjectNode action = (ObjectNode) lab.admin().get(ACTION).orFail().body();
    lab.admin().put(ACTION, action.put("enabled", isAllowed)).orFail();
  }

  private static void mayDelete(User owner) {
    String account = lab.admin().clientUuid("account");
    Object role = lab.admin().get("/clients/" + account + "/roles/delete-account").orFail().body();
    lab.admin()
        .post("/users/" + owner.id() + "/role-mappings/clients/" + account, List.of(role))
        .orFail();
  }
}
