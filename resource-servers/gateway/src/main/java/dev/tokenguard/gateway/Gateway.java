package dev.tokenguard.gateway;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command line. */
@Command(
    name = "token-guard-gateway",
    header = "Decides for a gateway whether an access token of Keycloak is valid and not revoked.",
    description = {
      "%nServes /verify for the forward authentication of nginx, HAProxy, Apache httpd, Caddy and others, and"
          + " Envoy's ext_authz by gRPC.",
      "",
      "Each option is also an environment variable: --cache-ttl is TOKEN_GUARD_CACHE_TTL.%n"
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.Version.class,
    exitCodeOnInvalidInput = 2,
    exitCodeOnExecutionException = 1)
public final class Gateway implements Callable<Integer> {

  @Mixin private final Settings settings = new Settings();

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Gateway.class.getPackage().getImplementationVersion();
      return new String[] {version == null ? "unknown" : version};
    }
  }

  /** {@code --cache-ttl} is {@code TOKEN_GUARD_CACHE_TTL}. */
  record Environment(Map<String, String> variables) implements IDefaultValueProvider {

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      return argument instanceof OptionSpec option
          ? variables.get(variable(option.longestName()))
          : null;
    }

    private static String variable(String option) {
      return "TOKEN_GUARD_"
          + option.substring("--".length()).replace('-', '_').toUpperCase(Locale.ROOT);
    }
  }

  public static void main(String[] arguments) {
    Logs.use();
    int status = commandLine(new Gateway(), System.getenv()).execute(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  static CommandLine commandLine(Gateway gateway, Map<String, String> environment) {
    return new CommandLine(gateway)
        .registerConverter(Duration.class, new DurationConverter())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setDefaultValueProvider(new Environment(environment))
        .setParameterExceptionHandler(
            (invalid, given) -> refuse(invalid.getCommandLine(), invalid.getMessage()))
        .setExecutionExceptionHandler(
            (failed, command, given) -> {
              refuse(command, Logs.summary(failed));
              return 1;
            });
  }

  private static int refuse(CommandLine command, @Nullable String message) {
    PrintWriter out = command.getErr();
    out.println("token-guard-gateway: " + message);
    out.println("All options: --help");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  Settings settings() {
    return settings;
  }

  @Override
  public Integer call() throws Exception {
    try {
      settings.check();
    } catch (Settings.InvalidSettingException invalid) {
      System.err.println("token-guard-gateway: " + invalid.getMessage());
      return 2;
    }
    Logs.configure(settings.logLevel.level);
    GatewayServer server = new GatewayServer(settings);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
    server.start();
    return 0;
  }
}
