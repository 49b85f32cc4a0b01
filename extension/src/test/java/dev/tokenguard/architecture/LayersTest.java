package dev.tokenguard.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tokenguard.redis.connection.RedisTelemetry;
import java.util.Arrays;
import org.jboss.logging.BasicLogger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The domain depends on no adapter, and the two adapters do not depend on each other. */
final class LayersTest {

  private static final String OURS = "dev.tokenguard.";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(new ImportOption.DoNotIncludeJars())
          .withImportOption(location -> !location.contains("/testbed/"))
          .importPackages("dev.tokenguard");

  /** Ours are named without their prefix. In the first column, ! means all other packages. */
  @ParameterizedTest
  @CsvSource({
    "config rotation revocation, org.keycloak redis.clients io.micrometer jakarta org.jboss",
    "config rotation revocation, redis keycloak",
    "config,                     rotation revocation",
    "!redis,                     redis.clients",
    "!keycloak,                  org.keycloak",
    "redis,                      keycloak io.micrometer",
    "redis.connection,           redis.store",
    "!keycloak.since26_*,        keycloak.since26_*",
  })
  void given_packages_then_they_depend_on_none_of_the_others(String packages, String others) {
    DescribedPredicate<JavaClass> named = in(packages.replace("!", ""));
    noClasses()
        .that(packages.startsWith("!") ? not(named) : named)
        .should()
        .dependOnClassesThat(in(others))
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> in(String packages) {
    return resideInAnyPackage(
        Arrays.stream(packages.split(" "))
            .map(name -> isForeign(name) ? name : OURS + name)
            .map(name -> name + "..")
            .toArray(String[]::new));
  }

  private static boolean isForeign(String name) {
    return name.matches("(org|io|jakarta|redis\\.clients).*");
  }

  /** Metrics know what the adapter reports to its listeners, and no more. */
  @Test
  void
      given_the_keycloak_adapter_then_only_its_connection_knows_more_of_redis_than_the_telemetry() {
    noClasses()
        .that(in("keycloak").and(not(in("keycloak.connection"))))
        .should()
        .dependOnClassesThat(in("redis").and(not(belongToAnyOf(RedisTelemetry.class))))
        .check(CLASSES);
  }

  /** CWE-117: client ids and addresses come from outside. */
  @Test
  void when_a_line_is_logged_then_it_is_formatted_in_one_place_that_keeps_it_on_one_line() {
    noClasses()
        .that(in("keycloak"))
        .should()
        .callMethodWhere(
            target(owner(assignableTo(BasicLogger.class)))
                .and(target(nameMatching("(info|warn|error|fatal)[fv]"))))
        .because("LogText formats what is logged")
        .check(CLASSES);
  }
}
