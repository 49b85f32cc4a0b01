package dev.tokenguard.it;

import dev.tokenguard.testbed.ServerLogsOnFailure;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test on the shared servers. */
public abstract class LabTest {

  @RegisterExtension protected static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  protected static Lab lab;

  @BeforeAll
  static void start() {
    lab = Lab.shared();
    LOGS.watch(lab.keycloak().log());
  }
}
