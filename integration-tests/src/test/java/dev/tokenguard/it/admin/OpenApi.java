package dev.tokenguard.it.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.oas.OpenApi30;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The description of the admin REST API; it records which of its answers and fields were seen. */
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

  /** The admin REST API for one caller; every answer is compared with its description. */
  record Caller(AdminApi api, OpenApi description) {

    Answer get(String path) {
      return description.checked("get", path, api.get("/token-guard" + path));
    }

    Answer put(String path, Object body) {
      return description.checked("put", path, api.put("/token-guard" + path, body));
    }

    Answer delete(String path) {
      return description.checked("delete", path, api.delete("/token-guard" + path));
    }
  }

  Caller caller(AdminApi api) {
    return new Caller(api, this);
  }

  private Answer checked(String method, String path, Answer answer) {
    String template = templateOf(path.replaceFirst("\\?.*", ""));
    String what = method + " " + template + " " + answer.status();
    JsonNode response =
        document
            .path("paths")
            .path(template)
            .path(method)
            .path("responses")
            .path(Integer.toString(answer.status()));
    assertThat(response.isMissingNode()).as("%s is described", what).isFalse();
    seen.add(what);
    JsonNode schema = resolved(response).at("/content/application~1json/schema");
    if (schema.isMissingNode()) {
      assertThat(answer.body().isMissingNode()).as("%s has no body", what).isTrue();
    } else if (schema.path("type").asText().equals("array")) {
      assertThat(answer.body().isArray()).as("%s is a list", what).isTrue();
      answer.body().forEach(each -> validate(what, nameOf(schema.path("items")), each));
    } else {
      validate(what, nameOf(schema), answer.body());
    }
    return answer;
  }

  /** What is described and was not seen: answers, and fields of the schemas that were. */
  Set<String> unseen() {
    Set<String> unseen = new TreeSet<>();
    for (String path : names(document.path("paths"))) {
      JsonNode methods = document.path("paths").path(path);
      for (String method : names(methods)) {
        names(methods.path(method).path("responses"))
            .forEach(status -> unseen.add(method + " " + path + " " + status));
      }
    }
    for (String field : seen) {
      if (field.contains(".")) {
        String schema = field.substring(0, field.indexOf('.'));
        names(document.at("/components/schemas/" + schema + "/properties"))
            .forEach(property -> unseen.add(schema + "." + property));
      }
    }
    unseen.removeAll(seen);
    return unseen;
  }

  private void validate(String what, String schema, JsonNode body) {
    SchemaLocation location = SchemaLocation.of(FILE.toUri() + SCHEMAS + schema);
    assertThat(VALIDATORS.getSchema(location).validate(body))
        .as("%s: %s as %s", what, body, schema)
        .isEmpty();
    names(body).forEach(property -> seen.add(schema + "." + property));
  }

  private String templateOf(String path) {
    List<String> matching =
        names(document.path("paths")).stream()
            .filter(template -> path.matches(template.replaceAll("\\{[^}]*}", "[^/]+")))
            .toList();
    assertThat(matching).as("%s is described once", path).hasSize(1);
    return matching.get(0);
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  private static String nameOf(JsonNode schema) {
    return schema.path("$ref").asText().substring(SCHEMAS.length());
  }

  private static List<String> names(JsonNode object) {
    Stream<String> names =
        StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false);
    return names.toList();
  }

  private static JsonNode read() {
    try {
      return new YAMLMapper().readTree(FILE.toFile());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
