package dev.tokenguard.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tokenguard.redis.connection.RedisTelemetry;
import org.jboss.logging.BasicLogger;
import org.junit.jupiter.api.Test;

/**
 * The domain in the middle, two adapters that know nothing of each other, one place that joins
 * them.
 */
final class LayersTest {

  private static final String[] DOMAIN = {
    "dev.tokenguard.config..", "dev.tokenguard.rotation..", "dev.tokenguard.revocation.."
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(new ImportOption.DoNotIncludeJars())
          .withImportOption(location -> !location.contains("/testbed/"))
          .importPackages("dev.tokenguard");

  @Test
  void whenTheCodeIsRead_thenEachLayerIsThere() {
    for (String layer : new String[] {"config", "rotation", "redis", "keycloak", "checker"}) {
      assertThat(CLASSES.containPackage("dev.tokenguard." + layer)).as(layer).isTrue();
    }
  }

  @Test
  void theDomainKnowsNeitherKeycloakNorRedisNorMetrics() {
    noClasses()
        .that()
        .resideInAnyPackage(DOMAIN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.keycloak..",
            "redis.clients..",
            "io.micrometer..",
            "jakarta..",
            "org.jboss..",
            "dev.tokenguard.redis..",
            "dev.tokenguard.keycloak..")
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  @Test
  void settingsKnowNothingElse() {
    noClasses()
        .that()
        .resideInAPackage("dev.tokenguard.config..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.tokenguard.rotation..", "dev.tokenguard.revocation..")
        .check(CLASSES);
  }

  @Test
  void onlyTheRedisAdapterKnowsJedis() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tokenguard.redis..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("redis.clients..")
        .check(CLASSES);
  }

  @Test
  void onlyTheKeycloakAdapterKnowsKeycloak() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tokenguard.keycloak..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.keycloak..")
        .check(CLASSES);
  }

  @Test
  void theRedisAdapterDoesNotKnowTheKeycloakAdapter() {
    noClasses()
        .that()
        .resideInAPackage("dev.tokenguard.redis..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.tokenguard.keycloak..", "io.micrometer..")
        .check(CLASSES);
  }

  @Test
  void connectionsToRedisKnowNothingOfWhatIsStored() {
    noClasses()
        .that()
        .resideInAPackage("dev.tokenguard.redis.connection..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.tokenguard.redis.store..")
        .check(CLASSES);
  }

  /** Metrics know what the adapter reports to its listeners, and no more. */
  @Test
  void ofTheKeycloakAdapterOnlyTheConnectionKnowsMoreOfRedisThanItsTelemetry() {
    noClasses()
        .that()
        .resideInAPackage("dev.tokenguard.keycloak..")
        .and()
        .resideOutsideOfPackage("dev.tokenguard.keycloak.connection..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.tokenguard.redis..")
                .and(not(belongToAnyOf(RedisTelemetry.class))))
        .check(CLASSES);
  }

  /** They load in that version of Keycloak and later ones only. */
  @Test
  void whatNeedsALaterVersionOfKeycloakIsReferredToByNothingElse() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tokenguard.keycloak.since26_*..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.tokenguard.keycloak.since26_*..")
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  /** Resource servers take it alone. */
  @Test
  void theCheckerKnowsNothingButTheJavaPlatform() {
    classes()
        .that()
        .resideInAPackage("dev.tokenguard.checker..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "dev.tokenguard.checker..")
        .check(CLASSES);
  }

  /** It is not in the shaded JAR. */
  @Test
  void nothingKnowsTheChecker() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tokenguard.checker..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.tokenguard.checker..")
        .check(CLASSES);
  }

  /** CWE-117: client ids and addresses come from outside. */
  @Test
  void linesOfTheLogAreFormattedInOnePlaceThatKeepsEachOnOneLine() {
    noClasses()
        .that()
        .resideInAPackage("dev.tokenguard.keycloak..")
        .should()
        .callMethodWhere(
            target(owner(assignableTo(BasicLogger.class)))
                .and(target(nameMatching("(info|warn|error|fatal)[fv]"))))
        .because("LogText formats what is logged")
        .allowEmptyShould(false)
        .check(CLASSES);
  }
}
