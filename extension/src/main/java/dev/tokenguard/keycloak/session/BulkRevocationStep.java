package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.MaxAccessTokenLifespan;
import dev.tokenguard.keycloak.revocation.RevocationOutbox;
import dev.tokenguard.keycloak.revocation.RevocationPropagation;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** The users of a {@link BulkRevocation}, and its execution for one user. */
final class BulkRevocationStep {

  private static final int ENTRIES_AT_ONCE = 1000;

  /** A not-before time that is not older was set to the current time. */
  private static final int NOW_SECONDS = 10;

  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final BulkRevocation bulk;
  private final boolean isFirst;
  private final int begun = Time.currentTime();

  /**
   * @param isFirst false if the job resumes after a stop
   */
  BulkRevocationStep(
      KeycloakSessionFactory factory, RealmModel realm, BulkRevocation bulk, boolean isFirst) {
    this.factory = factory;
    this.realm = realm;
    this.bulk = bulk;
    this.isFirst = isFirst;
  }

  /** The ids of the affected sessions by user id: those that began up to a second. */
  Map<String, Set<String>> affected(long latest) {
    return switch (bulk.kind()) {
      case REALM -> CommittedSessionReader.inRealm(factory, realm, latest);
      case REALM_NOT_BEFORE -> CommittedSessionReader.inRealm(factory, realm, bulk.decided());
      case FEDERATION -> CommittedSessionReader.ofFederation(factory, realm, bulk.id(), latest);
      case CLIENT ->
          CommittedSessionReader.atClient(
              factory, realm, bulk.id(), login -> login.getStarted() <= latest);
      case CLIENT_NOT_BEFORE ->
          CommittedSessionReader.atClient(factory, realm, bulk.id(), this::isOlderThanNotBefore);
    };
  }

  /** The current time terminates all sessions; an earlier one those without a later token. */
  private boolean isOlderThanNotBefore(AuthenticatedClientSessionModel login) {
    return login.getStarted() < bulk.decided()
        && (bulk.decided() >= begun - NOW_SECONDS
            || login.getUserSession().getLastSessionRefresh() < bulk.decided());
  }

  /** Adds the service accounts, which have tokens without a session. */
  Map<String, Set<String>> withServiceAccounts(Map<String, Set<String>> affected) {
    if (bulk.kind() == Kind.FEDERATION) {
      return affected;
    }
    Map<String, Set<String>> all = new LinkedHashMap<>(affected);
    Transactions.inNewTransaction(factory, realm, this::serviceAccounts)
        .forEach(id -> all.computeIfAbsent(id, none -> new HashSet<>()));
    return all;
  }

  private List<String> serviceAccounts(KeycloakSession own) {
    RealmModel ownRealm = own.getContext().getRealm();
    try (Stream<ClientModel> clients =
        isOfClient()
            ? Stream.ofNullable(own.clients().getClientById(ownRealm, bulk.id()))
            : own.clients().getClientsStream(ownRealm)) {
      return clients
          .filter(ClientModel::isServiceAccountsEnabled)
          .map(own.users()::getServiceAccount)
          .filter(Objects::nonNull)
          .map(UserModel::getId)
          .toList();
    }
  }

  /**
   * Records all users for resource servers, before the response: it is fast, and after the removal
   * of the sessions and a stop they would be unknown. For a client nothing is recorded, because the
   * blacklist has no entries for client sessions.
   *
   * @return whether Redis has recorded all
   */
  boolean listUsers(Map<String, Set<String>> affected) {
    if (isOfClient()) {
      return true;
    }
    try {
      return Transactions.inNewTransaction(
          factory,
          realm,
          own -> {
            RedisConnection.blacklistOf(own).ifPresent(list -> listUsers(own, list, affected));
            return true;
          });
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
      return false;
    }
  }

  private void listUsers(
      KeycloakSession own, RevocationList list, Map<String, Set<String>> affected) {
    // Tokens of the second of a not-before time stay valid.
    long cutOff = bulk.kind() == Kind.REALM_NOT_BEFORE ? bulk.decided() - 1 : bulk.decided();
    RevokedAccessTokens revoked = new RevokedAccessTokens(own, bulk.reason());
    List<RevocationList.Entry> page = new ArrayList<>();
    affected.forEach(
        (userId, sessions) -> {
          revoked.entriesOfUser(userId, sessions, bulk.decided(), cutOff).forEach(page::add);
          if (page.size() >= ENTRIES_AT_ONCE) {
            list.addAll(List.copyOf(page));
            page.clear();
          }
        });
    list.addAll(page);
  }

  /**
   * Revokes for one user. If Redis is unavailable, the revocation waits in the outbox.
   *
   * @throws RuntimeException if Keycloak fails to terminate the sessions
   */
  void revoke(String userId, Set<String> sessions) {
    Revocation revocation =
        Transactions.retryOnConflict(
            () ->
                Transactions.inNewTransaction(
                    factory, realm, own -> terminate(own, userId, List.copyOf(sessions))));
    RevocationPropagation propagation =
        RevocationPropagation.first(realm, bulk.reason(), revocation);
    RevocationOutbox.of(factory).deliver(isFirst ? propagation : propagation.again());
  }

  /** Terminates the sessions in Keycloak, and returns the revocation for Redis. */
  private Revocation terminate(KeycloakSession own, String userId, List<String> sessions) {
    boolean isAtClient = isOfClient() && !isServiceAccount(own, userId);
    SessionRemover remover =
        new SessionRemover(own, isOfClient() ? clientBefore() : bulk.decided());
    if (!isAtClient) {
      remover.raiseNotBefore(userId);
    }
    // From now on, because the decision may be days ago.
    long retainUntil =
        MaxAccessTokenLifespan.of(own)
            .retainSession(own, own.getContext().getRealm(), Time.currentTime());
    Revocation revocation =
        isAtClient
            ? new Revocation(atClient(userId, sessions), clientBefore(), retainUntil)
            : new Revocation(
                new User(userId, Optional.empty(), sessions), bulk.decided(), retainUntil);
    remover.removeAll(revocation, isFirst);
    return revocation;
  }

  private RevocationTarget atClient(String userId, List<String> sessions) {
    return bulk.kind() == Kind.CLIENT
        ? new Client(userId, bulk.id(), sessions)
        : new ClientSessions(
            userId,
            sessions.stream().map(id -> new ClientSession(id, bulk.id())).toList(),
            List.of());
  }

  /**
   * The first run knows the ids of the logins in the second of the change. After a stop they are
   * unknown, so all logins of that second are revoked.
   */
  private long clientBefore() {
    return bulk.kind() == Kind.CLIENT && !isFirst ? bulk.decided() + 1 : bulk.decided();
  }

  private boolean isOfClient() {
    return bulk.kind() == Kind.CLIENT || bulk.kind() == Kind.CLIENT_NOT_BEFORE;
  }

  private boolean isServiceAccount(KeycloakSession own, String userId) {
    UserModel user = own.users().getUserById(own.getContext().getRealm(), userId);
    return user != null && bulk.id().equals(user.getServiceAccountClientLink());
  }
}
