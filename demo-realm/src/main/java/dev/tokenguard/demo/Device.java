package dev.tokenguard.demo;

import dev.tokenguard.testbed.client.Answer;
import java.util.ArrayList;
import java.util.List;

/** An honest app that keeps the tokens of one login. */
final class Device {

  private final App app;
  private final List<Answer> generations = new ArrayList<>();

  Device(App app) {
    this.app = app;
  }

  App app() {
    return app;
  }

  Answer login(String user) {
    return keep(app.login(user));
  }

  /** Uses the newest refresh token and keeps the response. */
  Answer refresh() {
    Answer answer = app.refresh(refreshToken());
    return answer.isOk() ? keep(answer) : answer;
  }

  /** Keeps the tokens of the next generation. */
  Answer keep(Answer answer) {
    generations.add(answer);
    return answer;
  }

  /** The newest refresh token. */
  String refreshToken() {
    return refreshToken(generations.size() - 1);
  }

  String refreshToken(int generation) {
    return generations.get(generation).refreshToken();
  }

  /** The newest access token. */
  String accessToken() {
    return accessToken(generations.size() - 1);
  }

  String accessToken(int generation) {
    return generations.get(generation).accessToken();
  }

  TokenPlace place() {
    return TokenPlace.of(refreshToken());
  }
}
