package dev.tokenguard.keycloak.policy;

import dev.tokenguard.rotation.RotationPolicy;

/** The settings of the executor for rotation. */
public final class RotationExecutorConfiguration extends ExecutorConfiguration<RotationPolicy> {

  public RotationExecutorConfiguration() {
    super(RotationExecutorFactory.ID, RotationPolicy.SETTINGS, RotationPolicy::parse);
  }
}
