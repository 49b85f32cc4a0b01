package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.testbed.OidcClient;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who deletes the own account, or an app, leaves no tokens of it behind. */
class DeletionIT extends TriggerTest {

  private static final String ACTION = "/authentication/required-actions/delete_account";

  @Test
  void given_an_account_deleted_by_its_owner_then_all_tokens_of_it_are_dead() {
    allowDeletion(true);
    try {
      List<Held> held = logins(user);
      Held others = login(other);

      client.deleteAccount(user.name(), Lab.PASSWORD);

      held.forEach(it -> it.assertDead("account deleted"));
      assertThat(client.login(user.name(), Lab.PASSWORD).isOk()).isFalse();
      others.assertAlive("of another user");
    } finally {
      allowDeletion(false);
    }
  }

  @Test
  void given_an_account_made_anew_under_the_same_name_then_it_lives_and_the_old_tokens_do_not() {
    List<Held> held = logins(user);

    lab.admin().deleteUser(user.id()).orFail();
    Lab.User anew = new Lab.User(user.name(), lab.admin().createUser(user.name(), Lab.PASSWORD));

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
  private void allowDeletion(boolean isAllowed) {
    ObjectNode action = (ObjectNode) lab.admin().get(ACTION).orFail().body();
    lab.admin().put(ACTION, action.put("enabled", isAllowed)).orFail();
    if (isAllowed) {
      String account = lab.admin().clientUuid("account");
      Object role =
          lab.admin().get("/clients/" + account + "/roles/delete-account").orFail().body();
      lab.admin()
          .post("/users/" + user.id() + "/role-mappings/clients/" + account, List.of(role))
          .orFail();
    }
  }
}
