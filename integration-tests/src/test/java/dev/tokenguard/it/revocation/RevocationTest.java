package dev.tokenguard.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
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
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/** A test of what revokes tokens: two users, two clients, and the tokens that clients have. */
abstract class RevocationTest extends LabTest {

  static final String NEW_PASSWORD = "another horse";
  static final Duration SOON = Duration.ofSeconds(10);

  /** Whether users may delete their accounts. */
  static final String DELETE_ACCOUNT = "/authentication/required-actions/delete_account";

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

  /** The first element of a list with that value. */
  static JsonNode find(String path, String field, String value) {
    JsonNode all = lab.admin().get(path).orFail().body();
    return StreamSupport.stream(all.spliterator(), false)
        .filter(it -> it.path(field).asText().equals(value))
        .findFirst()
        .orElseThrow();
  }

  static String credentialOf(User of, String field, String value) {
    return find(path(of) + "/credentials", field, value).path("id").asText();
  }

  static void withTrigger(String trigger, String scope, Runnable test) {
    lab.admin().setRealmAttribute("token-guard." + trigger, scope);
    try {
      test.run();
    } finally {
      lab.admin().setRealmAttribute("token-guard." + trigger, "");
    }
  }

  /** Restores the realm afterwards. */
  static void withRealm(Map<String, ?> fields, Runnable test) {
    Object before = lab.admin().get("").orFail().body();
    lab.admin().updateRealm(fields);
    try {
      test.run();
    } finally {
      lab.admin().put("", before).orFail();
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
        test);
  }

  /** Allows users to delete their accounts. */
  static void withDeletionByOwners(Runnable test) {
    change(DELETE_ACCOUNT, it -> it.put("enabled", true));
    try {
      test.run();
    } finally {
      change(DELETE_ACCOUNT, it -> it.put("enabled", false));
    }
  }

  static void allowDeletion(User owner) {
    String account = lab.admin().clientUuid("account");
    Object role = lab.admin().get("/clients/" + account + "/roles/delete-account").orFail().body();
    lab.admin().post(path(owner) + "/role-mappings/clients/" + account, List.of(role)).orFail();
  }

  /** Such ids are those of users of a federation. */
  static User userWithSlash() {
    // The column of the database takes 36 characters.
    String name = UUID.randomUUID().toString().substring(0, 8);
    User slashed = new User(name, "tenant/" + name);
    partialImport(slashed, "FAIL").orFail();
    return slashed;
  }

  static Answer partialImport(User of, String ifResourceExists) {
    String users =
        """
        {"ifResourceExists": "%1$s", "users": [
         {"id": "%2$s", "username": "%3$s", "enabled": true, "emailVerified": true,
          "email": "%3$s@example.org", "firstName": "%3$s", "lastName": "Test",
          "realmRoles": ["offline_access", "default-roles-demo"],
          "credentials": [{"type": "password", "value": "%4$s"}]}]}
        """;
    return lab.admin()
        .post(
            "/partialImport", users.formatted(ifResourceExists, of.id(), of.name(), Lab.PASSWORD));
  }
}
