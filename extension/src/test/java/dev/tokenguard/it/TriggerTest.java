package dev.tokenguard.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** A test of what ends tokens: two users, two clients, and the tokens that are held. */
abstract class TriggerTest extends LabTest {

  final User user = lab.user();
  final User other = lab.user();
  final OidcClient client = lab.clientWith("grace-period", "60");
  final OidcClient secondClient = lab.clientWith("grace-period", "61");

  /** An online login, one that was refreshed, an offline one, and one at another client. */
  List<Held> logins(User of) {
    Held refreshed = heldBy(client, of, of.logIn(client));
    return List.of(
        login(of),
        refreshed,
        refreshed.refreshed(),
        login(of, "offline_access"),
        heldBy(secondClient, of, of.logIn(secondClient)));
  }

  Held login(User of, String... scopes) {
    return heldBy(client, of, of.logIn(client, scopes));
  }

  Held held(Answer answer) {
    return heldBy(client, user, answer);
  }

  static Held heldBy(OidcClient client, User of, Answer answer) {
    return new Held(lab, client, of, answer);
  }

  /** The id of a user's credential. */
  static String credentialOf(User of, Predicate<JsonNode> isMeant) {
    JsonNode credentials = lab.admin().get("/users/" + of.id() + "/credentials").orFail().body();
    return StreamSupport.stream(credentials.spliterator(), false)
        .filter(isMeant)
        .map(it -> it.path("id").asText())
        .findFirst()
        .orElseThrow();
  }

  static OidcClient ownClient(String id) {
    lab.createClient(id, true);
    lab.setPolicyOf(id);
    return lab.client(id);
  }

  static void withTrigger(String trigger, String scope, Runnable test) {
    lab.admin().setRealmAttribute("token-guard." + trigger, scope);
    try {
      test.run();
    } finally {
      lab.admin().setRealmAttribute("token-guard." + trigger, "");
    }
  }
}
