package dev.tokenguard.spring;

import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Checks what another decoder has validated, without blocking. Beans are wrapped automatically. */
public final class ReactiveRevocationCheckingJwtDecoder implements ReactiveJwtDecoder {

  private final ReactiveJwtDecoder decoder;
  private final RevocationCheck check;

  public ReactiveRevocationCheckingJwtDecoder(ReactiveJwtDecoder decoder, RevocationCheck check) {
    this.decoder = decoder;
    this.check = check;
  }

  /** The request continues in another thread than that of the Redis client, which serves all. */
  @Override
  public Mono<Jwt> decode(String token) {
    return decoder
        .decode(token)
        .onErrorMap(JwtValidationException.class, InvalidToken::uniform)
        .flatMap(
            jwt ->
                Mono.fromCompletionStage(() -> check.checkAsync(jwt))
                    .publishOn(Schedulers.parallel()));
  }
}
