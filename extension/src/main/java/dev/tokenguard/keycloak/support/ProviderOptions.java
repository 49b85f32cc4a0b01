package dev.tokenguard.keycloak.support;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * The settings of a provider as options of the server: {@code --spi-<spi>--<provider>--<name>}.
 *
 * @param spi the name of the SPI
 * @param provider the id of the provider
 * @param settings in the order of the documentation
 */
public record ProviderOptions(String spi, String provider, List<Setting<?>> settings) {

  public ProviderOptions {
    settings = List.copyOf(settings);
  }

  /** The text before the name of each option. */
  public String prefix() {
    return "spi-" + spi + "--" + provider + "--";
  }

  /**
   * Reads the options when Keycloak starts.
   *
   * @param reader parses the options; its argument returns the text of an option by name, null if
   *     it is not set
   * @throws InvalidSettingException with the whole name of the option, which stops the start
   */
  public <T> T read(Config.Scope config, Function<UnaryOperator<String>, T> reader) {
    try {
      return reader.apply(config::get);
    } catch (InvalidSettingException invalid) {
      throw invalid.under(prefix());
    }
  }

  /** The options as Keycloak lists them, for {@code getConfigMetadata()}. */
  public List<ProviderConfigProperty> toConfigProperties() {
    ProviderConfigurationBuilder listed = ProviderConfigurationBuilder.create();
    for (Setting<?> setting : settings) {
      listed
          .property()
          .name(setting.name())
          .label(setting.label())
          .type(ProviderConfigProperty.STRING_TYPE)
          .helpText(setting.help() + " Accepts " + setting.accepts() + ".")
          .defaultValue(setting.defaultText().isEmpty() ? null : setting.defaultText())
          .options(setting.choices())
          .secret(setting.name().endsWith("password"))
          .add();
    }
    return listed.build();
  }
}
