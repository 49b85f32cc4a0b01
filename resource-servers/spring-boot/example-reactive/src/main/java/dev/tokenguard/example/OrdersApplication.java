package dev.tokenguard.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** An API as it is without Token Guard; the starter needs no code. */
@SpringBootApplication
@RestController
class OrdersApplication {

  public static void main(String[] arguments) {
    SpringApplication.run(OrdersApplication.class, arguments);
  }

  @GetMapping("/orders")
  Flux<String> orders() {
    return Flux.empty();
  }

  @Bean
  SecurityWebFilterChain security(ServerHttpSecurity http) {
    return http.authorizeExchange(
            requests ->
                requests.pathMatchers("/actuator/**").permitAll().anyExchange().authenticated())
        .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
        .build();
  }

  /**
   * Neither ID tokens nor tokens that are bound to a key, which have the type DPoP. Those that are
   * bound to a certificate are validated by Spring Security.
   */
  @Bean
  OAuth2TokenValidator<Jwt> bearerAccessTokens() {
    return new JwtClaimValidator<String>("typ", "Bearer"::equals);
  }
}
