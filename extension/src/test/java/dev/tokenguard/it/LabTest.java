package dev.tokenguard.it;

import dev.tokenguard.testbed.ServerLogsOnFailure;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test on the shared server, whose log is printed when it fails. */
abstract class LabTest {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  static Lab lab;

  @BeforeAll
  static void start() {
    lab = Lab.shared();
    LOGS.watch(lab.keycloak().log());
  }
}
