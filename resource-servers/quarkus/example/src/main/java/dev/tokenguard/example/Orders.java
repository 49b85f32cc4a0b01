package dev.tokenguard.example;

import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What a valid access token gives access to. */
@Path("/orders")
@Authenticated
public class Orders {

  @GET
  @NonBlocking
  @Produces(MediaType.APPLICATION_JSON)
  public String orders() {
    return "[]";
  }
}
