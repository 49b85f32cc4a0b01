package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.oas.OpenApi30;
import dev.tokenguard.testbed.client.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** {@code docs/openapi.yaml}, held against answers; it also remembers what of it was seen. */
final class OpenApi {

  private static final Path FILE = Path.of("..", "docs", "openapi.yaml").toAbsolutePath();

  private static final String SCHEMAS = "#/components/schemas/";

  private static final JsonSchemaFactory VALIDATORS =
      JsonSchemaFactory.getInstance(
          VersionFlag.V4,
          builder ->
              builder
                  .metaSchema(OpenApi30.getInstance())
                  .defaultMetaSchemaIri(OpenApi30.getInstance().getIri()));

  private final JsonNode document = read();
  private final Set<String> seen = new TreeSet<>();

  /**
   * @param method in lower case
   * @param path below the server's, without a query
   */
  void check(String method, String path, Answer answer) {
    String template = templateOf(path);
    JsonNode responses = document.path("paths").path(template).path(method).path("responses");
    String what = method + " " + template + " " + answer.status();
    assertThat(responses.has(Integer.toString(answer.status())))
        .as("%s is described", what)
        .isTrue();
    seen.add(what);
    JsonNode schema =
        resolved(responses.path(Integer.toString(answer.status())))
            .path("content")
            .path("application/json")
            .path("schema");
    if (schema.isMissingNode()) {
      assertThat(answer.body().isMissingNode()).as("%s has no body", what).isTrue();
    } else if (schema.path("type").asText().equals("array")) {
      assertThat(answer.body().isArray()).as("%s is a list", what).isTrue();
      answer.body().forEach(each -> validate(what, nameOf(schema.path("items")), each));
    } else {
      validate(what, nameOf(schema), answer.body());
    }
  }

  /** What is described and was not seen: answers, and properties of what they hold. */
  Set<String> unseen() {
    Set<String> unseen = new TreeSet<>();
    Set<String> schemas = new TreeSet<>();
    document
        .path("paths")
        .fields()
        .forEachRemaining(
            path ->
                path.getValue()
                    .fields()
                    .forEachRemaining(
                        method ->
                            method
                                .getValue()
                                .path("responses")
                                .fieldNames()
                                .forEachRemaining(
                                    status ->
                                        unseen.add(
                                            method.getKey()
                                                + " "
                                                + path.getKey()
                                                + " "
                                                + status))));
    seen.stream()
        .filter(it -> it.contains("."))
        .forEach(it -> schemas.add(it.substring(0, it.indexOf('.'))));
    for (String schema : schemas) {
      schema(schema)
          .path("properties")
          .fieldNames()
          .forEachRemaining(property -> unseen.add(schema + "." + property));
    }
    unseen.removeAll(seen);
    return unseen;
  }

  private void validate(String what, String schema, JsonNode body) {
    SchemaLocation location = SchemaLocation.of(FILE.toUri() + SCHEMAS + schema);
    assertThat(VALIDATORS.getSchema(location).validate(body))
        .as("%s: %s as %s", what, body, schema)
        .isEmpty();
    body.fieldNames().forEachRemaining(property -> seen.add(schema + "." + property));
  }

  private String templateOf(String path) {
    Set<String> matching = new TreeSet<>();
    document
        .path("paths")
        .fieldNames()
        .forEachRemaining(
            template -> {
              if (path.matches(template.replaceAll("\\{[^}]*}", "[^/]+"))) {
                matching.add(template);
              }
            });
    assertThat(matching).as("%s is described once", path).hasSize(1);
    return matching.iterator().next();
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  private JsonNode schema(String name) {
    return document.path("components").path("schemas").path(name);
  }

  private static String nameOf(JsonNode schema) {
    return schema.path("$ref").asText().substring(SCHEMAS.length());
  }

  private static JsonNode read() {
    try {
      return new YAMLMapper().readTree(FILE.toFile());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
