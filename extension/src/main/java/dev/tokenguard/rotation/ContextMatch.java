package dev.tokenguard.rotation;

/** The properties that two requests must have in common to be of the same context. */
public enum ContextMatch {
  NONE(false, false),
  USER_AGENT(true, false),
  IP(false, true),
  USER_AGENT_AND_IP(true, true);

  private final boolean userAgent;
  private final boolean ip;

  ContextMatch(boolean userAgent, boolean ip) {
    this.userAgent = userAgent;
    this.ip = ip;
  }

  public boolean comparesUserAgent() {
    return userAgent;
  }

  public boolean comparesIp() {
    return ip;
  }

  public boolean isSame(RequestContext one, RequestContext other) {
    return (!userAgent || one.userAgent().equals(other.userAgent()))
        && (!ip || one.ip().equals(other.ip()));
  }
}
