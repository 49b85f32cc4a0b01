package dev.tokenguard.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** A test of what revokes tokens: two users, two clients, and the tokens that clients have. */
abstract class RevocationTest extends LabTest {

  static final String NEW_PASSWORD = "another horse";
  static final Duration SOON = Duration.ofSeconds(10);

  final User user = lab.user();
  final User other = lab.user();
  final OidcClient client = lab.clientWith("grace-period", "60");
  final OidcClient secondClient = lab.clientWith("grace-period", "61");

  /** An online login, one that was refreshed, an offline one, and one at another client. */
  List<Login> logins(User of) {
    return List.of(
        login(of),
        login(of).refreshed(),
        login(of, "offline_access"),
        login(secondClient, of, of.logIn(secondClient)));
  }

  Login login(User of, String... scopes) {
    return login(client, of, of.logIn(client, scopes));
  }

  /** The user's login at the first client. */
  Login login(Answer answer) {
    return login(client, user, answer);
  }

  static Login login(OidcClient client, User of, Answer answer) {
    return new Login(lab, client, of, answer);
  }

  static Login login(OidcClient client, User of) {
    return login(client, of, of.logIn(client));
  }

  static void assertRevoked(List<Login> logins, String what) {
    logins.forEach(login -> login.assertRevoked(what));
  }

  /** Of what is revoked in the background. */
  static void awaitRevoked(Login login) {
    Await.until("an entry for resource servers", SOON, login::isOnBlacklist);
  }

  static String path(User of) {
    return "/users/" + encoded(of.id());
  }

  static String path(OidcClient of) {
    return "/clients/" + lab.admin().clientUuid(of.clientId());
  }

  static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  static void change(String path, Consumer<ObjectNode> change) {
    lab.admin().put(path, changed(path, change)).orFail();
  }

  static ObjectNode changed(String path, Consumer<ObjectNode> change) {
    ObjectNode representation = (ObjectNode) lab.admin().get(path).orFail().body();
    change.accept(representation);
    return representation;
  }

  /** The id of a user's credential. */
  static String credentialOf(User of, Predicate<JsonNode> isMeant) {
    JsonNode credentials = lab.admin().get(path(of) + "/credentials").orFail().body();
    return StreamSupport.stream(credentials.spliterator(), false)
        .filter(isMeant)
        .map(it -> it.path("id").asText())
        .findFirst()
        .orElseThrow();
  }

  static void withTrigger(String trigger, String scope, Runnable test) {
    lab.admin().setRealmAttribute("token-guard." + trigger, scope);
    try {
      test.run();
    } finally {
      lab.admin().setRealmAttribute("token-guard." + trigger, "");
    }
  }

  static void withRealm(Map<String, ?> fields, Map<String, ?> fieldsAfterwards, Runnable test) {
    lab.admin().updateRealm(fields);
    try {
      test.run();
    } finally {
      lab.admin().updateRealm(fieldsAfterwards);
    }
  }

  /** Two wrong passwords lock a user out for a minute. */
  static void withLockout(Runnable test) {
    withRealm(
        Map.of(
            "bruteForceProtected", true,
            "permanentLockout", false,
            "failureFactor", 2,
            "waitIncrementSeconds", 60,
            "quickLoginCheckMilliSeconds", 1),
        Map.of("bruteForceProtected", false),
        test);
  }

  /** Allows users to delete their accounts. */
  static void withDeletionByOwners(Runnable test) {
    String action = "/authentication/required-actions/delete_account";
    change(action, it -> it.put("enabled", true));
    try {
      test.run();
    } finally {
      change(action, it -> it.put("enabled", false));
    }
  }

  static void allowDeletion(User owner) {
    String account = lab.admin().clientUuid("account");
    Object role = lab.admin().get("/clients/" + account + "/roles/delete-account").orFail().body();
    lab.admin().post(path(owner) + "/role-mappings/clients/" + account, List.of(role)).orFail();
  }
}
