/** Links the shipped JAR with the classes of each version of Keycloak that it is for. */
package dev.tokenguard.symbols;
