# Two targets: "keycloak" is Keycloak with Token Guard, "app" is the page of the demo.

# Source of the JARs: maven builds them in a container; host uses those of `mvn package -DskipTests`.
ARG JARS=maven

# 26.4 to 26.7.
ARG KEYCLOAK_VERSION=26.7.5

FROM maven:3.9-eclipse-temurin-17 AS jars-of-maven
WORKDIR /src
COPY . .
# Skips the distribution of Keycloak, which only the tests and `mvn -Pdemo` need.
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp -Pdemo -pl demo-realm -am -Dmdep.skip -Dexec.skip -Dmaven.antrun.skip

FROM scratch AS jars-of-host
COPY extension/target/ /src/extension/target/
COPY demo-realm/target/ /src/demo-realm/target/

FROM jars-of-${JARS} AS jars

FROM quay.io/keycloak/keycloak:${KEYCLOAK_VERSION} AS keycloak
COPY --from=jars /src/extension/target/token-guard-for-keycloak-0.1.0-SNAPSHOT.jar /opt/keycloak/providers/
RUN /opt/keycloak/bin/kc.sh build --db=postgres --health-enabled=true --metrics-enabled=true
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
CMD ["start", "--optimized"]

FROM eclipse-temurin:17-jre AS app
COPY --from=jars /src/demo-realm/target/lib/ /app/lib/
COPY --from=jars /src/demo-realm/target/token-guard-demo-0.1.0-SNAPSHOT.jar /app/lib/
USER 1000
ENTRYPOINT ["java", "-Xmx128m", "-cp", "/app/lib/*", "dev.tokenguard.demo.DemoPage"]
