package dev.tokenguard.keycloak.cookie;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.cookie.RefreshTokenCookie.SameSite;
import dev.tokenguard.keycloak.policy.ExecutorConfiguration;
import dev.tokenguard.keycloak.policy.LoginRecordingPolicyManagerFactory;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response.Status;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.utils.WebOriginsUtils;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.ClientCRUDContext;
import org.keycloak.services.clientpolicy.context.LogoutRequestContext;
import org.keycloak.services.clientpolicy.context.TokenRefreshContext;
import org.keycloak.services.clientpolicy.context.TokenRefreshResponseContext;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProviderFactory;

/** The executor {@code refresh-token-cookie} with its form in the admin console. */
public final class CookieExecutorFactory implements ClientPolicyExecutorProviderFactory {

  public static final String ID = "refresh-token-cookie";

  static final Setting<SameSite> SAME_SITE =
      Setting.choice(
              "same-site",
              "The attribute SameSite of the cookie: for which pages the browser sends it. With strict"
                  + " and lax, the app must be on the same site as Keycloak, for example"
                  + " app.example.com and login.example.com. none is for an app on another site;"
                  + " browsers that block third-party cookies do not send it then.",
              SameSite.class,
              SameSite.STRICT)
          .labelled("SameSite");

  /** All settings in the order of the console. */
  public static final List<Setting<?>> SETTINGS = List.of(SAME_SITE);

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getHelpText() {
    return "Delivers refresh tokens of public clients in an HttpOnly cookie, which scripts in the page"
        + " cannot read, and leaves them out of the response. Accepts only requests from the web"
        + " origins of the client.";
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return ExecutorConfiguration.form(SETTINGS);
  }

  @Override
  public ClientPolicyExecutorProvider<Configuration> create(KeycloakSession session) {
    return new CookieExecutor(session);
  }

  @Override
  public void init(Config.Scope config) {
    // The settings are in the client profiles.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  private static final class CookieExecutor implements ClientPolicyExecutorProvider<Configuration> {

    private static final String TOKEN = "token";
    private static final String ORIGIN = "Origin";
    private static final String ANY_ORIGIN = "*";

    /** Set by the browser; scripts cannot change it (W3C Fetch Metadata). */
    private static final String FETCH_SITE = "Sec-Fetch-Site";

    private static final String CROSS_SITE = "cross-site";

    /** For a token that does not expire: the longest that browsers keep a cookie (RFC 6265bis). */
    private static final long LONGEST_LIFETIME = 400L * 24 * 3600;

    private final KeycloakSession session;
    private Configuration configuration;

    CookieExecutor(KeycloakSession session) {
      this.session = session;
    }

    @Override
    public String getProviderId() {
      return ID;
    }

    @Override
    public Class<Configuration> getExecutorConfigurationClass() {
      return Configuration.class;
    }

    @Override
    public void setupConfiguration(Configuration given) {
      // Parsed on use: Keycloak calls this before it validates the settings.
      configuration = given;
    }

    @Override
    public void executeOnEvent(ClientPolicyContext context) throws ClientPolicyException {
      switch (context.getEvent()) {
        case TOKEN_REQUEST -> requireAllowedRequest();
        case TOKEN_REFRESH -> {
          requireAllowedRequest();
          take(OAuth2Constants.REFRESH_TOKEN, ((TokenRefreshContext) context).getParams());
        }
        case TOKEN_REVOKE -> terminate(TOKEN, ((TokenRevokeContext) context).getParams());
        case LOGOUT_REQUEST ->
            terminate(OAuth2Constants.REFRESH_TOKEN, ((LogoutRequestContext) context).getParams());
        case TOKEN_REFRESH_RESPONSE ->
            deliver(((TokenRefreshResponseContext) context).getAccessTokenResponseBuilder());
        case TOKEN_RESPONSE -> deliverLogin(context);
        case RESOURCE_OWNER_PASSWORD_CREDENTIALS_RESPONSE, DEVICE_TOKEN_RESPONSE -> {
          // Here, and not before: conditions on clients apply to the request, but not to the
          // response, which then has the token.
          requireAllowedLogin();
          deliverLogin(context);
        }
        case REGISTERED, UPDATED -> check(((ClientCRUDContext) context).getTargetClient());
        default -> {
          // No other request has or issues a refresh token of a public client.
        }
      }
    }

    private RefreshTokenCookie cookie() throws ClientPolicyException {
      return new RefreshTokenCookie(
          session, session.getContext().getClient(), configuration.settingsFor(session));
    }

    /** The refusal of a change of a client is rolled back: the change is already in the model. */
    private void check(ClientModel client) throws ClientPolicyException {
      Optional<String> problem = problemOf(client);
      if (problem.isPresent()) {
        session.getTransactionManager().setRollbackOnly();
        throw new ClientPolicyException(OAuthErrorException.INVALID_CLIENT_METADATA, problem.get());
      }
    }

    private Optional<String> problemOf(ClientModel client) {
      if (!client.isPublicClient()) {
        return Optional.of(ID + " is for public clients: switch Client authentication off");
      }
      return WebOriginsUtils.resolveValidWebOrigins(session, client).contains(ANY_ORIGIN)
          ? Optional.of(ID + " needs exact web origins, not *")
          : Optional.empty();
    }

    /** The request is refused before a token is looked at, so it changes nothing. */
    private void requireAllowedRequest() throws ClientPolicyException {
      ClientModel client = session.getContext().getClient();
      Optional<String> problem = problemOf(client);
      if (problem.isPresent()) {
        throw new ClientPolicyException(OAuthErrorException.UNAUTHORIZED_CLIENT, problem.get());
      }
      if (!cookie().isAccepted()) {
        throw new ClientPolicyException(
            OAuthErrorException.INVALID_REQUEST, ID + " needs HTTPS, except on a loopback address");
      }
      Set<String> origins = WebOriginsUtils.resolveValidWebOrigins(session, client);
      String origin = header(ORIGIN);
      if (origin == null) {
        throw refusedRequest("the request has no Origin");
      }
      if (!origins.contains(origin)) {
        throw refusedRequest("its Origin is not a web origin of the client");
      }
      if (CROSS_SITE.equals(header(FETCH_SITE))
          && configuration.settingsFor(session) != SameSite.NONE) {
        throw refusedRequest("it comes from another site, and same-site is not none");
      }
    }

    /** The session of the login is not kept. */
    private void requireAllowedLogin() throws ClientPolicyException {
      try {
        requireAllowedRequest();
      } catch (ClientPolicyException refused) {
        session.getTransactionManager().setRollbackOnly();
        throw refused;
      }
    }

    private static ClientPolicyException refusedRequest(String reason) {
      return new ClientPolicyException(
          OAuthErrorException.ACCESS_DENIED,
          ID + " refuses the request: " + reason,
          Status.FORBIDDEN);
    }

    private String header(String name) {
      return session.getContext().getRequestHeaders().getHeaderString(name);
    }

    /** Returns whether the cookie is the token of the request; a parameter takes precedence. */
    private boolean take(String parameter, MultivaluedMap<String, String> parameters)
        throws ClientPolicyException {
      if (!isForCookie(parameters.getFirst(parameter))) {
        return false;
      }
      RefreshTokenCookie cookie = cookie();
      Optional<String> value = cookie.value();
      value.ifPresent(it -> cookie.presentAs(parameter, parameters, it));
      return value.isPresent();
    }

    private static boolean isForCookie(String given) {
      return given == null || given.equals(RefreshTokenCookie.PLACEHOLDER);
    }

    private void terminate(String parameter, MultivaluedMap<String, String> parameters)
        throws ClientPolicyException {
      if (isForCookie(parameters.getFirst(parameter))) {
        requireAllowedRequest();
        if (take(parameter, parameters)) {
          cookie().clearWhenCommitted();
        }
      }
    }

    private void deliverLogin(ClientPolicyContext context) throws ClientPolicyException {
      AccessTokenResponseBuilder login =
          LoginRecordingPolicyManagerFactory.loginIn(context).orElseThrow();
      LoginRecordingPolicyManagerFactory.record(session, login);
      deliver(login);
    }

    /**
     * Signs the response now, takes the refresh token out of it and puts it in the cookie. Keycloak
     * then sends the same response. Executors that come later cannot change its tokens; of
     * Keycloak's, only one would, which removes the refresh token.
     */
    private void deliver(AccessTokenResponseBuilder builder) throws ClientPolicyException {
      if (builder.getRefreshToken() == null) {
        return;
      }
      AccessTokenResponse response = builder.build();
      String token = response.getRefreshToken();
      if (token == null) {
        return;
      }
      RefreshTokenCookie cookie = cookie();
      if (!cookie.fits(token)) {
        session.getTransactionManager().setRollbackOnly();
        throw new ClientPolicyException(
            OAuthErrorException.SERVER_ERROR,
            ID + ": the refresh token is too long for a cookie, reduce its audience and scope");
      }
      response.setRefreshToken(null);
      Long expires = builder.getRefreshToken().getExp();
      cookie.setWhenCommitted(
          token, expires == null || expires == 0 ? LONGEST_LIFETIME : expires - Time.currentTime());
    }
  }

  /** The settings of the executor for the cookie. */
  public static final class Configuration extends ExecutorConfiguration<SameSite> {

    public Configuration() {
      super(ID, SETTINGS, SAME_SITE::from);
    }
  }
}
